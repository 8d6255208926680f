import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { parse } from 'yaml';
import { createKubeClient, type KubeClientOptions } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type KubeConnection, loadKubeConfig } from '../../src/kube/kube-config.ts';
import { eventually } from './eventually.ts';
import { serverSideApply } from './server-side-apply.ts';

/** A connection for a kubeconfig given as text. */
export function connectionFor(kubeconfig: string): KubeConnection {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-kube-'));
  try {
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, kubeconfig, { mode: 0o600 });
    return connectionAt(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A connection for a kubeconfig file, which is read again on renewal. */
export function connectionAt(path: string): KubeConnection {
  const loaded = loadKubeConfig({ kubeconfig: path });
  if ('problem' in loaded) throw new Error(loaded.problem);
  return loaded.connection;
}

/** Administrator of the shared control plane. */
export function adminClient(options: Omit<KubeClientOptions, 'connection'> = {}): KubeClient {
  return createKubeClient({ connection: connectionAt(inject('kubeconfigPath')), ...options });
}

let namespaces = 0;

/** Namespaces never finish deleting without controllers, so each test takes a new one. */
export async function newNamespace(client: KubeClient): Promise<string> {
  namespaces += 1;
  const name = `kube-${process.pid}-${Date.now().toString(36)}-${namespaces}`;
  await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  return name;
}

/** A client that authenticates as a new ServiceAccount, which may do nothing. */
export async function powerlessClient(admin: KubeClient, namespace: string): Promise<KubeClient> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await admin.request({ method: 'POST', path: accounts, body: { metadata: { name: 'nobody' } } });
  const { body } = await admin.request({
    method: 'POST',
    path: `${accounts}/nobody/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  const { token } = (body as { status: { token: string } }).status;
  const config = parse(readFileSync(inject('kubeconfigPath'), 'utf8'));
  config.users[0].user = { token };
  return createKubeClient({ connection: connectionFor(JSON.stringify(config)) });
}

/** Installs the operator's definitions; does nothing where they are there already. */
export async function installDefinitions(client: KubeClient): Promise<void> {
  const folder = new URL('../../crds/', import.meta.url);
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  for (const file of readdirSync(folder)) {
    const definition = parse(readFileSync(new URL(file, folder), 'utf8'));
    await serverSideApply(client, [definition]);
    await eventually(async () => {
      const { body } = await client.request({ method: 'GET', path: `${path}/${definition.metadata.name}` });
      const { status } = body as { status: { conditions?: { type: string; status: string }[] } };
      return status.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
    });
  }
}
