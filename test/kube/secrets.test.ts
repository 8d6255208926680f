import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { readConfigMap } from '../../src/kube/read-config-map.ts';
import { startReflector } from '../../src/kube/reflector.ts';
import { secretListPath } from '../../src/kube/resource-path.ts';
import {
  projectSecretMetadata,
  SECRET_METADATA_ACCEPT,
  type SecretMetadata,
} from '../../src/kube/secret-metadata.ts';
import { createSecretReader } from '../../src/kube/secret-reader.ts';
import { Store } from '../../src/kube/store.ts';
import { startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, newNamespace, powerlessClient } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';

const CANARY = 'canary-value-5d1c';

describe('Secrets and ConfigMaps on a real API server', () => {
  let admin: KubeClient;
  let nobody: KubeClient;
  let namespace: string;
  let secrets: string;

  beforeAll(async () => {
    admin = adminClient();
    namespace = await newNamespace(admin);
    nobody = await powerlessClient(admin, namespace);
    secrets = `/api/v1/namespaces/${namespace}/secrets`;
    await admin.request({
      method: 'POST',
      path: secrets,
      body: {
        metadata: {
          name: 'source',
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': CANARY,
            'pam-operator.io/allowed-hosts': 'sso.example.com',
          },
        },
        data: {
          password: Buffer.from(CANARY).toString('base64'),
          binary: Buffer.from([0, 255, 10]).toString('base64'),
        },
      },
    });
    await admin.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      body: { metadata: { name: 'bundle' }, data: { 'ca.crt': 'PEM' } },
    });
  });
  afterAll(async () => {
    await nobody?.close();
    await admin?.close();
  });

  it('a value is read by name, as bytes, and prints as nothing', async () => {
    const secret = await createSecretReader(admin).readSecret(namespace, 'source');
    if (typeof secret === 'string') throw new Error(secret);
    expect(Buffer.from(secret.data.get('password') ?? []).toString()).toBe(CANARY);
    expect([...(secret.data.get('binary') ?? [])]).toEqual([0, 255, 10]);
    expect([...secret.annotations]).toEqual([['pam-operator.io/allowed-hosts', 'sso.example.com']]);
    const printed = inspect(secret, { depth: 9 }) + JSON.stringify(secret);
    expect(printed).not.toContain(CANARY);
    expect(printed).not.toContain(inspect(Buffer.from(CANARY)).slice(8, 20));
  });

  const rows = [
    {
      because: 'a Secret that does not exist',
      read: () => createSecretReader(admin).readSecret(namespace, 'none'),
      result: 'notFound',
    },
    {
      because: 'a Secret that may not be read',
      read: () => createSecretReader(nobody).readSecret(namespace, 'source'),
      result: 'forbidden',
    },
    {
      because: 'a ConfigMap that does not exist',
      read: () => readConfigMap(admin, namespace, 'none'),
      result: 'notFound',
    },
    {
      because: 'a ConfigMap that may not be read',
      read: () => readConfigMap(nobody, namespace, 'bundle'),
      result: 'forbidden',
    },
  ];
  it.each(rows)('$because is a result', async ({ read, result }) => {
    expect(await read()).toBe(result);
  });

  it('a ConfigMap is read by name', async () => {
    const found = await readConfigMap(admin, namespace, 'bundle');
    expect(typeof found === 'string' ? found : [...found.data]).toEqual([['ca.crt', 'PEM']]);
  });

  it.each(['', '..', 'a/b'])('the name %j never becomes a list of all Secrets', async (name) => {
    await expect(createSecretReader(admin).readSecret(namespace, name)).rejects.toThrow(RangeError);
    await expect(createSecretReader(admin).readSecret(name, 'source')).rejects.toThrow(RangeError);
  });

  it('the metadata-only watch tells of changes and keeps neither values nor annotations', async () => {
    const proxy = await startKubeProxy(inject('kubeconfigPath'));
    const client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
    const changes: string[] = [];
    const store = new Store<SecretMetadata>();
    const reflector = startReflector({
      client,
      path: secretListPath(namespace),
      resource: 'secrets',
      accept: SECRET_METADATA_ACCEPT,
      project: projectSecretMetadata,
      store,
      handler: {
        onAdd: ({ metadata }) => changes.push(`add ${metadata.name}`),
        onUpdate: (_, { metadata }) => changes.push(`update ${metadata.name}`),
        onDelete: ({ metadata }) => changes.push(`delete ${metadata.name}`),
      },
    });
    await reflector.synced;
    expect(reflector.stats.unreadableObjects).toBe(0);
    const [entry] = store.list();
    expect(Object.keys(entry ?? {})).toEqual(['metadata']);
    expect(inspect([...store.list()], { depth: 9 })).not.toContain(CANARY);
    await admin.request({
      method: 'PATCH',
      path: `${secrets}/source`,
      contentType: 'application/merge-patch+json',
      body: { data: { password: Buffer.from('next').toString('base64') } },
    });
    await eventually(() => changes.includes('update source'));
    expect(reflector.stats.unreadableObjects).toBe(0);
    await reflector.stop();
    await client.close();
    await proxy.stop();
  });

  it('a server that ignores the representation gets no value into the cache', () => {
    const full = { metadata: { name: 'a', uid: 'u', resourceVersion: '1' }, data: { password: 'eA==' } };
    expect(() => projectSecretMetadata(full)).toThrow(TypeError);
  });
});
