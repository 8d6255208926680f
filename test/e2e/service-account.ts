import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { connectionAt } from '../kube/cluster-fixture.ts';

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
  const admin = createKubeClient({ connection: connectionAt(controlPlane.kubeconfigPath) });
  const { body } = await admin.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  await admin.close();
  const { token } = (body as { readonly status: { readonly token: string } }).status;
  const { server, caCertificate } = controlPlane;
  const ca = Buffer.from(caCertificate).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'account', user: { token } }],
    contexts: [{ name: 'context', context: { cluster: 'cluster', user: 'account' } }],
    'current-context': 'context',
  };
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-account-'));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, stringify(kubeconfig), { mode: 0o600 });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
