import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';

/** A kubeconfig file with nothing but the token of a ServiceAccount. */
export interface AccountKubeconfig {
  readonly path: string;
  remove(): void;
}

/** Asks for a token (TokenRequest) of an account that exists. */
export async function accountKubeconfig(
  controlPlane: ControlPlane,
  namespace: string,
  name: string,
): Promise<AccountKubeconfig> {
  const token = await runKubectl(controlPlane, ['create', 'token', name, '-n', namespace]);
  const { server, caCertificate } = controlPlane;
  const ca = Buffer.from(caCertificate).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'account', user: { token: token.trim() } }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'account' } }],
    'current-context': 'context',
  };
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-account-'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, stringify(kubeconfig), { mode: 0o600 });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
