import type { PamConnectionSpec } from '../../../src/api/pam-connection.gen.ts';
import {
  credential,
  DEVICES,
  EVERYTHING,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  secret,
  sshKey,
} from '../../e2e/stage.ts';
import { aKeyPair } from '../../support/a-key-pair.ts';
import { type PamCore, startPamCore } from '../../support/pam-core/start-pam-core.ts';
import { type PackagingCluster, startPackagingCluster } from '../packaging-cluster.ts';
import { type ApplicationView, type ArgoCd, startArgoCd } from './argo-cd.ts';
import { type Application, documentedApplication } from './documented-application.ts';
import { createGitRepository, type GitRepository } from './git-repository.ts';
import { ARGO_NAMESPACE } from './install-argo-cd.ts';

/** A cluster with Argo CD, a Git repository with the chart, a PAM Core, and the Secrets that no repository holds. */
export interface ArgoStage {
  readonly cluster: PackagingCluster;
  readonly argo: ArgoCd;
  readonly pam: PamCore;
  readonly git: GitRepository;
  /** Creates an Application of the guide, or changes it. */
  deploy(name: string, change?: (documented: Application) => object): Promise<void>;
  /** Waits until an Application is Synced and Healthy, and its last sync has succeeded. */
  settled(name: string): Promise<ApplicationView>;
  /** Deletes an Application with its resources and waits until all of it is gone. */
  remove(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startArgoStage(): Promise<ArgoStage> {
  const cluster = await startPackagingCluster();
  const pam = await startPamCore({ devices: DEVICES });
  const git = createGitRepository();
  const argo = await startArgoCd(cluster);
  const namespaces = [NAMESPACE, OPERATOR_NAMESPACE].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  await cluster.apply(
    ...namespaces,
    secret('orders-db', { password: 'first' }),
    secret('deploy', { 'ssh-privatekey': aKeyPair().privateKey }),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pam-core', namespace: OPERATOR_NAMESPACE },
      stringData: { ...pam.oauth2 },
    },
  );
  return {
    cluster,
    argo,
    pam,
    git,
    deploy: (name, change = (same) => same) => cluster.apply(change(documentedApplication(name, git.url))),
    settled: (name) =>
      cluster.eventually(
        () => argo.application(name),
        ({ status: { sync, health, operationState } }) =>
          sync?.status === 'Synced' && health?.status === 'Healthy' && operationState?.phase === 'Succeeded',
        `${name} Synced and Healthy`,
      ),
    remove: async (name) => {
      const which = ['application', name, '-n', ARGO_NAMESPACE];
      await cluster.kubectl('delete', ...which, '--ignore-not-found', '--timeout=120s');
    },
    stop: async () => {
      await argo.stop();
      git.remove();
      await pam.stop();
      await cluster.stop();
    },
  };
}

const inWave = (wave: number, object: object) => {
  const { metadata, ...rest } = object as { metadata: object };
  const annotations = { 'argocd.argoproj.io/sync-wave': String(wave) };
  return { ...rest, metadata: { ...metadata, annotations } };
};

/** One of each kind. Waves put them behind the operator, which has none, and take them away before it. */
export function samples(pam: PamCore, more: { connection?: object; credential?: object } = {}): object[] {
  const spec: PamConnectionSpec = {
    url: pam.url,
    auth: { oauth2: { secretName: 'pam-core' } },
    identifierPrefix: 'test',
    disabledRecords: 'Listed',
    grants: EVERYTHING,
    ...more.connection,
  };
  const connection = {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamConnection',
    metadata: { name: 'default' },
    spec,
  };
  return [
    inWave(1, connection),
    inWave(2, credential('orders-db', more.credential)),
    inWave(2, sshKey('deploy', { enabled: true })),
  ];
}
