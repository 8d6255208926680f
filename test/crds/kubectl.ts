import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** What one run of kubectl printed. */
export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where kubectl is and which API server it speaks to. */
export interface Kubectl {
  /** Path of the binary. */
  kubectl: string;
  kubeconfigPath: string;
}

/** Namespace for what these tests store on the control plane that all tests share. */
export const NAMESPACE = 'crd-tests';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs kubectl in the root of the checkout. Never throws. */
export function runKubectl({ kubectl, kubeconfigPath }: Kubectl, ...args: string[]): Promise<KubectlResult> {
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(kubectl, ['--kubeconfig', kubeconfigPath, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

/** The same, for what must work: fails the test with kubectl's own words. */
export async function mustRunKubectl(where: Kubectl, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runKubectl(where, ...args);
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  }
  return stdout;
}

/** {@link mustRunKubectl} on the shared control plane, in the namespace of these tests. */
export function kubectl(...args: string[]): Promise<string> {
  return mustRunKubectl(sharedPlane(), '--namespace', NAMESPACE, ...args);
}

/** Brings the CRDs of this checkout up on the shared control plane; other test files may do so as well. */
export async function installCrds(): Promise<void> {
  await installCrdsOn(sharedPlane());
  await runKubectl(sharedPlane(), 'create', 'namespace', NAMESPACE);
}

export async function installCrdsOn(where: Kubectl): Promise<void> {
  await mustRunKubectl(where, 'apply', '--server-side', '--force-conflicts', '-f', 'crds/');
  await mustRunKubectl(where, 'wait', '--for=condition=Established', '--timeout=30s', '-f', 'crds/');
}

function sharedPlane(): Kubectl {
  return { kubectl: inject('kubectlPath'), kubeconfigPath: inject('kubeconfigPath') };
}
