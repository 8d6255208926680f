import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { RightsObject } from '../../scripts/generate/release-rights.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { type ResourceKind, resourcePath } from '../../src/kube/resource-path.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { connectionAt } from '../kube/cluster-fixture.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { type PamCore, startPamCore } from '../support/pam-core/start-pam-core.ts';
import { type Program, startProgram } from '../support/program.ts';
import { type AuditLog, auditLogOf } from './audit-log.ts';
import { type AccountKubeconfig, accountKubeconfig } from './service-account.ts';
import { credential, DEVICES, EVERYTHING, OPERATOR_NAMESPACE, secret, sshKey } from './stage.ts';

const CRDS = fileURLToPath(new URL('../../crds', import.meta.url));
const ACCOUNT = 'pam-operator';
const PATIENCE_MS = 60_000;
const NAMESPACES = ['team-a', 'team-b'];

/** A control plane on which operators run one after the other, each with the rights of a ServiceAccount only. */
export interface RightsStage {
  readonly audit: AuditLog;
  kubectl(...args: string[]): Promise<string>;
  apply(objects: readonly object[]): Promise<void>;
  /** A resource as it is. */
  read(kind: ResourceKind, namespace: string, name: string): Promise<PamCredential>;
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
  // What is read over and over goes without kubectl: each start of it costs as much as a hundred calls.
  const client = createKubeClient({ connection: connectionAt(controlPlane.kubeconfigPath) });
  const kubectl = (...args: string[]) => runKubectl(controlPlane, args);
  const apply = async (objects: readonly object[]) => {
    const text = objects.map((object) => stringify(object)).join('---\n');
    await runKubectl(controlPlane, ['apply', '--server-side', '-f', '-'], text);
  };
  for (const namespace of [OPERATOR_NAMESPACE, ...NAMESPACES])
    await kubectl('create', 'namespace', namespace);
  await kubectl('label', 'namespace', ...NAMESPACES, 'reach=pam');
  await kubectl('apply', '--server-side', '-f', CRDS);
  await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');

  return {
    audit,
    kubectl,
    apply,
    read: async (kind, namespace, name) =>
      (await client.request({ method: 'GET', path: resourcePath(kind, namespace, name) }))
        .body as PamCredential,
    eventually,
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
      return { pam, operator, end: () => end({ controlPlane, operator, pam, kubeconfig, rights }) };
    },
    stop: async () => {
      await client.close();
      await controlPlane.stop();
      audit.remove();
    },
  };
}

async function eventually(check: () => unknown | Promise<unknown>, what: string): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!(await check())) {
    if (performance.now() > until) throw new Error(`not seen in time: ${what}`);
    await sleep(50);
  }
}

interface Running {
  readonly controlPlane: ControlPlane;
  readonly operator: Program;
  readonly pam: PamCore;
  readonly kubeconfig: AccountKubeconfig;
  readonly rights: readonly RightsObject[];
}

async function end({ controlPlane, operator, pam, kubeconfig, rights }: Running): Promise<void> {
  operator.kill('SIGKILL');
  await operator.ended;
  await pam.stop();
  kubeconfig.remove();
  const kubectl = (...args: string[]) => runKubectl(controlPlane, args);
  const bound = rights.filter(({ kind }) => kind !== 'ServiceAccount');
  const text = bound.map((object) => stringify(object)).join('---\n');
  await runKubectl(controlPlane, ['delete', '-f', '-', '--ignore-not-found'], text);
  const own = ['lease/pam-operator', 'secret/pam-operator-install-key'];
  await kubectl('delete', '-n', OPERATOR_NAMESPACE, '--ignore-not-found', ...own);
  for (const kind of ['pamcredential', 'pamsshkey', 'pamconnection']) {
    const path = '{range .items[*]}{.metadata.name} {.metadata.namespace}{"\\n"}{end}';
    const found = await kubectl('get', kind, '-A', '-o', `jsonpath=${path}`);
    for (const line of found.split('\n').filter((text) => text !== '')) {
      const [name = '', namespace = ''] = line.split(' ');
      const target = [kind, name, ...(namespace === '' ? [] : ['-n', namespace])];
      // In use, or waiting for a disable that nobody is left to make.
      const free = JSON.stringify({ metadata: { finalizers: null } });
      await kubectl('patch', ...target, '--type=merge', '-p', free);
      await kubectl('delete', ...target, '--timeout=30s');
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
