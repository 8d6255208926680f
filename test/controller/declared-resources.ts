import type { PamConnection, PamConnectionSpec } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential, PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { ResourceMetadata } from '../../src/api/resource-metadata.ts';

/** Everything allowed to everybody. */
const openGrant: NonNullable<PamConnectionSpec['grants']>[number] = {
  namespaces: { names: ['*'] },
  hostnames: ['*'],
  usernames: ['*'],
  identifiers: ['*'],
  operations: ['Create', 'Update', 'Enable', 'Disable', 'Adopt', 'Reference', 'Device'],
};

export function connection(
  spec: Partial<PamConnectionSpec> = {},
  metadata: Partial<ResourceMetadata> = {},
): PamConnection {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamConnection',
    metadata: {
      name: 'default',
      uid: 'uid of connection',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-03-01T09:00:00Z',
      ...metadata,
    },
    spec: {
      url: 'https://pam.example.com',
      identifierPrefix: 'test',
      auth: { oauth2: { secretName: 'pam-auth' } },
      disabledRecords: 'Listed',
      grants: [openGrant],
      ...spec,
    },
  };
}

export function credential(
  spec: Partial<PamCredentialSpec> = {},
  metadata: Partial<ResourceMetadata> = {},
  status?: PamCredential['status'],
): PamCredential {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamCredential',
    metadata: {
      name: 'orders',
      namespace: 'shop',
      uid: 'uid of orders',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-03-01T09:00:00Z',
      ...metadata,
    },
    spec: { username: 'svc', device: { hostname: 'db1', ip: '10.0.0.1' }, ...spec },
    ...(status !== undefined && { status }),
  };
}

/** Content from the Secret `orders`, key `password`. */
export const fromSecret = { secretRef: { name: 'orders', key: 'password' } } as const;
