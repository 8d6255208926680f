import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { releaseRights } from '../../scripts/generate/release-rights.ts';
import type { PamConnection, PamConnectionSpec } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import { corePath, type ResourceKind, resourceListPath, resourcePath } from '../../src/kube/resource-path.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { connectionAt, installDefinitions } from '../kube/cluster-fixture.ts';
import { mergePatchObject } from '../kube/merge-patch-object.ts';
import { serverSideApply } from '../kube/server-side-apply.ts';
import { eventually } from '../support/eventually.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { type PamCore, type PamCoreOptions, startPamCore } from '../support/pam-core/start-pam-core.ts';
import { accountKubeconfig } from './service-account.ts';

const CHART = fileURLToPath(new URL('../../charts/pam-operator', import.meta.url));
const run = promisify(execFile);

export const OPERATOR_NAMESPACE = 'pam-operator';
export const NAMESPACE = 'team-a';

export interface StageOptions {
  readonly pam?: PamCoreOptions;
  readonly connection?: Partial<PamConnectionSpec>;
  readonly oauth?: 'oauth1' | 'oauth2';
  readonly args?: readonly string[];
  /** Also starts kube-controller-manager: namespaces go away when they are deleted. */
  readonly controllers?: boolean;
  /** More flags of kube-apiserver, such as those of an audit log. */
  readonly apiServerFlags?: readonly string[];
  /** Puts records into PAM before the operator starts. */
  readonly seed?: (pam: PamCore) => void;
}

/**
 * A real control plane, a PAM Core simulator and the real operator as a process, with a connection between them. The
 * operator has the token of the ServiceAccount that the chart makes, and no right besides.
 */
export interface Stage {
  readonly controlPlane: ControlPlane;
  readonly pam: PamCore;
  operator(): OperatorProcess;
  /** What the operator is given to reach the API server with. */
  readonly operatorKubeconfigPath: string;
  /** Runs kubectl and gives what it prints. */
  kubectl(...args: string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** Applies the connection of the beginning once more. */
  applyConnection(): Promise<void>;
  credential(name: string): Promise<PamCredential>;
  /** All of {@link NAMESPACE}. */
  credentials(): Promise<readonly PamCredential[]>;
  sshKey(name: string): Promise<PamSshKey>;
  connection(): Promise<PamConnection>;
  patch(kind: PatchedKind, name: string, patch: object): Promise<void>;
  /** Resolves when the operator has seen it. */
  patchConnection(patch: object): Promise<void>;
  /** Reads until the check holds; its last failure otherwise. */
  eventually<T>(read: () => T | Promise<T>, check: (value: T) => boolean, what: string): Promise<T>;
  /** Waits until a resource has this reason in its Ready condition for its newest generation. */
  reason(kind: 'pamcredential' | 'pamsshkey', name: string, reason: string): Promise<PamCredential>;
  restartOperator(): Promise<void>;
  /** Everything that every operator of this stage has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** Kinds as kubectl takes them. */
type PatchedKind = 'pamcredential' | 'pamsshkey' | 'secret';

/** Grants that allow everything in {@link NAMESPACE}. */
export const EVERYTHING: NonNullable<PamConnectionSpec['grants']> = [
  {
    namespaces: { names: [NAMESPACE] },
    hostnames: ['*'],
    usernames: ['*'],
    operations: ['Create', 'Update', 'Enable', 'Disable', 'Adopt', 'Reference', 'Device'],
    identifiers: ['*'],
  },
];

export const DEVICES = [
  { hostname: 'w2016', ip: '10.66.33.15' },
  { hostname: 'linux-01', ip: '10.66.33.20' },
];

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const { controllers = false, apiServerFlags = [] } = options;
  const controlPlane = await startControlPlane({ controllers, apiServerFlags });
  const pam = await startPamCore({ devices: DEVICES, ...options.pam });
  options.seed?.(pam);
  let printed = '';

  const kubectl = (...args: string[]) => runKubectl(controlPlane, args);
  // Goes without kubectl where that is not what is tested: each start of it costs as much as a hundred calls.
  const client = createKubeClient({ connection: connectionAt(controlPlane.kubeconfigPath) });
  const apply = (...objects: readonly object[]) => serverSideApply(client, objects);
  const merge = (path: string, body: object) => mergePatchObject(client, path, body);
  const read = async (path: string) => (await client.request({ method: 'GET', path })).body;
  const get = (kind: ResourceKind, name: string) => read(resourcePath(kind, NAMESPACE, name));

  for (const name of [OPERATOR_NAMESPACE, NAMESPACE])
    await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
  const helm = process.env.PAM_OPERATOR_TEST_HELM;
  if (helm === undefined) {
    await apply(...releaseRights('all namespaces'));
  } else {
    await installRelease(helm, controlPlane.kubeconfigPath);
  }
  await installDefinitions(client);
  await apply(...connectionObjects(pam, options));
  const account = await accountKubeconfig(controlPlane, OPERATOR_NAMESPACE, 'pam-operator');
  const startOperator = () =>
    startOperatorProcess({
      kubeconfigPath: account.path,
      namespace: OPERATOR_NAMESPACE,
      args: ['--log-level', 'debug', ...(options.args ?? [])],
    });
  let operator = await startOperator();
  const connection = () => get('PamConnection', 'default') as Promise<PamConnection>;
  await eventually(
    connection,
    ({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
    'that the connection is Ready',
  );

  return {
    controlPlane,
    pam,
    operator: () => operator,
    operatorKubeconfigPath: account.path,
    kubectl,
    apply,
    applyConnection: () => apply(...connectionObjects(pam, options)),
    connection,
    credential: (name) => get('PamCredential', name) as Promise<PamCredential>,
    credentials: async () =>
      ((await read(resourceListPath('PamCredential', NAMESPACE))) as { items: PamCredential[] }).items,
    sshKey: (name) => get('PamSshKey', name) as Promise<PamSshKey>,
    patch: (kind, name, patch) => merge(patchedPath(kind, name), patch),
    patchConnection: async (patch) => {
      await merge(resourcePath('PamConnection', '', 'default'), patch);
      await eventually(
        connection,
        ({ metadata, status }) => status?.observedGeneration === metadata.generation,
        'that the operator knows what the connection says now',
      );
    },
    eventually,
    reason: (kind, name, reason) =>
      eventually(
        () => get(kind === 'pamcredential' ? 'PamCredential' : 'PamSshKey', name) as Promise<PamCredential>,
        ({ metadata, status }) =>
          status?.observedGeneration === metadata.generation &&
          status.conditions?.some(
            (condition) => condition.type === 'Ready' && condition.reason === reason,
          ) === true,
        `${kind} ${name} with reason ${reason}`,
      ),
    restartOperator: async () => {
      await operator.stop();
      printed += operator.output();
      operator = await startOperator();
    },
    output: () => printed + operator.output(),
    stop: async () => {
      await operator.stop();
      await client.close();
      await pam.stop();
      await controlPlane.stop();
      account.remove();
    },
  };
}

function patchedPath(kind: PatchedKind, name: string): string {
  if (kind === 'secret') return corePath('secrets', NAMESPACE, name);
  return resourcePath(kind === 'pamcredential' ? 'PamCredential' : 'PamSshKey', NAMESPACE, name);
}

/** Everything of the chart, but no Pod: the operator is started by the stage. */
async function installRelease(helm: string, kubeconfigPath: string): Promise<void> {
  const release = ['install', 'pam-operator', CHART, '--namespace', OPERATOR_NAMESPACE];
  await run(helm, [...release, '--set', 'replicaCount=0', '--kubeconfig', kubeconfigPath]);
}

function connectionObjects(pam: PamCore, { connection, oauth = 'oauth2' }: StageOptions): object[] {
  const secretName = 'pam-core';
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName, namespace: OPERATOR_NAMESPACE },
      stringData: oauth === 'oauth2' ? { ...pam.oauth2 } : { ...pam.oauth1 },
    },
    {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamConnection',
      metadata: { name: 'default' },
      spec: {
        url: pam.url,
        auth: oauth === 'oauth2' ? { oauth2: { secretName } } : { oauth1: { secretName } },
        identifierPrefix: 'test',
        disabledRecords: 'Listed',
        limits: { requestsPerSecond: 200, burst: 200 },
        grants: EVERYTHING,
        ...connection,
      },
    },
  ];
}

export function secret(name: string, values: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData: values };
}

/** A PamCredential on the first device, with its password from the Secret of the same name. */
export function credential(name: string, spec: object = {}): object {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamCredential',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      username: `svc-${name}`,
      device: DEVICES[0],
      content: { secretRef: { name, key: 'password' } },
      ...spec,
    },
  };
}

/** A PamSshKey on the second device, with its private key from the Secret of the same name. */
export function sshKey(name: string, spec: object = {}): object {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamSshKey',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      username: `key-${name}`,
      device: DEVICES[1],
      privateKey: { secretRef: { name, key: 'ssh-privatekey' } },
      ...spec,
    },
  };
}
