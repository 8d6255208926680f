import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
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
  const { kubectl, kubeconfigPath } = target;
  // By default what one API server knows is remembered for the next one on its port.
  const where = [
    '--kubeconfig',
    kubeconfigPath,
    '--cache-dir',
    join(dirname(kubeconfigPath), 'kubectl-cache'),
  ];
  const call = promisify(execFile)(kubectl, [...where, ...flags], { maxBuffer: 64 * 1024 * 1024 });
  // A kubectl that ends before it has read its input tells why by its exit, not by EPIPE here.
  call.child.stdin?.on('error', () => undefined).end(input ?? '');
  return (await call).stdout;
}
