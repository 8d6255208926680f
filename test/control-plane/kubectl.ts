import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Any object that knows a kubectl and a kubeconfig, above all a ControlPlane. */
export interface KubectlTarget {
  readonly kubectl: string;
  readonly kubeconfigPath: string;
}

/** Resolves to the standard output. Rejects with kubectl's own words when it fails; input goes to its stdin. */
export async function runKubectl(
  target: KubectlTarget,
  flags: readonly string[],
  input?: string,
): Promise<string> {
  const call = promisify(execFile)(target.kubectl, ['--kubeconfig', target.kubeconfigPath, ...flags], {
    maxBuffer: 64 * 1024 * 1024,
  });
  // A kubectl that ends before it has read its input tells why by its exit, not by EPIPE here.
  call.child.stdin?.on('error', () => undefined).end(input ?? '');
  return (await call).stdout;
}
