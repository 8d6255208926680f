import { RESOURCE_API } from '../src/kube/resource-path.ts';

/** The operator's own namespace. */
export const OPERATOR_NAMESPACE = 'pam-operator';

/** One set of resources each: of the bare clients, of the storm, and of everything else. */
export const SETS = ['bare', 'storm', 'load'] as const;
export type SetName = (typeof SETS)[number];

export const DEVICE = { hostname: 'w2016', ip: '10.66.33.15' };

/** Names of the resources of one set. */
export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `db-${String(at).padStart(5, '0')}`);
}

/** The identifier that the operator derives. */
export function identifierOf(namespace: string, name: string): string {
  return `bench_${namespace}_${name}`;
}

export function secret(namespace: string, name: string, password: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    data: { password: Buffer.from(password).toString('base64') },
  };
}

/** About the size of a real one, as an application team writes it. */
export function credential(namespace: string, name: string): object {
  return {
    apiVersion: RESOURCE_API,
    kind: 'PamCredential',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'bench' },
    },
    spec: {
      username: `svc-${namespace}-${name}`,
      device: DEVICE,
      content: { secretRef: { name, key: 'password' } },
      additional: `Password of ${name}, which belongs to the service of the same name`,
      tags: ['bench', namespace],
      enabled: true,
    },
  };
}

export const secretPath = (namespace: string, name = '') =>
  `/api/v1/namespaces/${namespace}/secrets${name === '' ? '' : `/${name}`}`;

export const credentialPath = (namespace: string, name = '') =>
  `/apis/${RESOURCE_API}/namespaces/${namespace}/pamcredentials${name === '' ? '' : `/${name}`}`;
