import type { RightsObject } from '../../scripts/generate/release-rights.ts';
import type { PamConnection } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { corePath, type ResourceKind, resourceListPath, resourcePath } from '../../src/kube/resource-path.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { connectionAt, installDefinitions } from '../kube/cluster-fixture.ts';
import { mergePatchObject } from '../kube/merge-patch-object.ts';
import { type NamedObject, objectPath } from '../kube/object-path.ts';
import { serverSideApply } from '../kube/server-side-apply.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { eventually } from '../support/eventually.ts';
import { type PamCore, startPamCore } from '../support/pam-core/start-pam-core.ts';
import { type Program, startProgram } from '../support/program.ts';
import { type AuditLog, auditLogOf } from './audit-log.ts';
import { type AccountKubeconfig, accountKubeconfig } from './service-account.ts';
import { credential, DEVICES, EVERYTHING, OPERATOR_NAMESPACE, secret, sshKey } from './stage.ts';

const ACCOUNT = 'pam-operator';
const NAMESPACES = ['team-a', 'team-b'];

/** A control plane on which operators run one after the other, each with the rights of a ServiceAccount only. */
export interface RightsStage {
  readonly audit: AuditLog;
  kubectl(...args: string[]): Promise<string>;
  apply(objects: readonly object[]): Promise<void>;
  patch(path: string, patch: object): Promise<void>;
  /** A resource as it is. */
  read(kind: ResourceKind, namespace: string, name: string): Promise<PamCredential>;
  connections(): Promise<readonly PamConnection[]>;
  eventually(check: () => unknown | Promise<unknown>, what: string): Promise<void>;
  /** Gives the account these rights and no others, declares resources for everything that it can do, and starts. */
  run(rights: readonly RightsObject[], args: readonly string[]): Promise<Run>;
  stop(): Promise<void>;
}

/** One operator with a PAM Core of its own. */
export interface Run {
  readonly pam: PamCore;
  readonly operator: Program;
  /** Ends the operator at once and removes what it made and what it was given. */
  end(): Promise<void>;
}

export async function startRightsStage(): Promise<RightsStage> {
  const audit = auditLogOf(`system:serviceaccount:${OPERATOR_NAMESPACE}:${ACCOUNT}`);
  const controlPlane = await startControlPlane({ apiServerFlags: audit.apiServerFlags });
  // Goes without kubectl where that is not what is tested: each start of it costs as much as a hundred calls.
  const client = createKubeClient({ connection: connectionAt(controlPlane.kubeconfigPath) });
  const kubectl = (...args: string[]) => runKubectl(controlPlane, args);
  const apply = (objects: readonly object[]) => serverSideApply(client, objects);
  const list = async <T>(kind: ResourceKind) =>
    ((await client.request({ method: 'GET', path: resourceListPath(kind) })).body as { items: readonly T[] })
      .items;
  const named = (name: string, labels: object = {}) => ({ metadata: { name, labels } });
  for (const namespace of [
    named(OPERATOR_NAMESPACE),
    ...NAMESPACES.map((name) => named(name, { reach: 'pam' })),
  ])
    await client.request({ method: 'POST', path: '/api/v1/namespaces', body: namespace });
  await installDefinitions(client);

  return {
    audit,
    kubectl,
    apply,
    patch: (path, patch) => mergePatchObject(client, path, patch),
    read: async (kind, namespace, name) =>
      (await client.request({ method: 'GET', path: resourcePath(kind, namespace, name) }))
        .body as PamCredential,
    connections: () => list<PamConnection>('PamConnection'),
    eventually: async (check, what) => {
      await eventually(check, Boolean, what);
    },
    run: async (rights, args) => {
      const pam = await startPamCore({ devices: DEVICES, tls: 'self-signed' });
      await apply(rights);
      const kubeconfig = await accountKubeconfig(controlPlane, OPERATOR_NAMESPACE, ACCOUNT);
      await apply(connectionObjects(pam));
      for (const namespace of NAMESPACES) await apply(resourcesIn(namespace));
      audit.forget();
      const operator = startProgram([
        ...['--kubeconfig', kubeconfig.path, '--namespace', OPERATOR_NAMESPACE],
        ...['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '0'],
        ...args,
      ]);
      return { pam, operator, end: () => end({ client, operator, pam, kubeconfig, rights }) };
    },
    stop: async () => {
      await client.close();
      await controlPlane.stop();
      audit.remove();
    },
  };
}

interface Running {
  readonly client: KubeClient;
  readonly operator: Program;
  readonly pam: PamCore;
  readonly kubeconfig: AccountKubeconfig;
  readonly rights: readonly RightsObject[];
}

async function end({ client, operator, pam, kubeconfig, rights }: Running): Promise<void> {
  operator.kill('SIGKILL');
  await operator.ended;
  await pam.stop();
  kubeconfig.remove();
  const remove = (path: string) => client.request({ method: 'DELETE', path, expected: [404] });
  for (const object of rights.filter(({ kind }) => kind !== 'ServiceAccount'))
    await remove(objectPath(object));
  const metadata = { namespace: OPERATOR_NAMESPACE };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  await remove(objectPath({ ...lease, metadata: { ...metadata, name: 'pam-operator' } }));
  await remove(corePath('secrets', OPERATOR_NAMESPACE, 'pam-operator-install-key'));
  for (const kind of ['PamCredential', 'PamSshKey', 'PamConnection'] as const) {
    const { body } = await client.request({ method: 'GET', path: resourceListPath(kind) });
    for (const { metadata } of (body as { readonly items: readonly NamedObject[] }).items) {
      const path = resourcePath(kind, metadata.namespace ?? '', metadata.name);
      // In use, or waiting for a disable that nobody is left to make.
      const free = { metadata: { finalizers: null } };
      await mergePatchObject(client, path, free);
      await remove(path);
    }
  }
}

/** A connection that needs its Secret, a CA bundle and the labels of namespaces. */
function connectionObjects(pam: PamCore): object[] {
  const metadata = { name: 'pam-core', namespace: OPERATOR_NAMESPACE };
  const [everything] = EVERYTHING;
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { ...pam.oauth2 } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': pam.caCertificate } },
    {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamConnection',
      metadata: { name: 'default' },
      spec: {
        url: pam.url,
        auth: { oauth2: { secretName: 'pam-core' } },
        caBundleConfigMap: { name: 'pam-core', key: 'ca.crt' },
        identifierPrefix: 'test',
        disabledRecords: 'Listed',
        limits: { requestsPerSecond: 200, burst: 200 },
        grants: [{ ...everything, namespaces: { selector: { matchLabels: { reach: 'pam' } } } }],
      },
    },
  ];
}

function resourcesIn(namespace: string): object[] {
  const spec = { enabled: true, deletionPolicy: 'Disable' };
  const objects = [
    secret('db', { password: 'first' }),
    secret('ssh', { 'ssh-privatekey': aKeyPair().privateKey }),
    credential('db', { ...spec, username: `db-${namespace}` }),
    sshKey('ssh', { ...spec, username: `ssh-${namespace}` }),
  ] as { readonly metadata: object }[];
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
}
