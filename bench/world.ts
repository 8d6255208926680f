import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CleanUp } from '../scripts/demo/clean-up.ts';
import { createKubeClient } from '../src/kube/create-kube-client.ts';
import type { KubeClient } from '../src/kube/kube-client.ts';
import { RESOURCE_API } from '../src/kube/resource-path.ts';
import { type ControlPlane, startControlPlane } from '../test/control-plane/control-plane.ts';
import { BareHttp } from './bare-http.ts';
import type { BenchOptions } from './command-line.ts';
import type { Figures } from './figures.ts';
import { connectionOf } from './kubeconfig.ts';
import { OPERATOR_NAMESPACE, SETS, type SetName } from './objects.ts';
import { type MeasuredOperator, startMeasuredOperator } from './operator.ts';
import { type PamProcess, startPamProcess } from './pam-process.ts';
import type { Progress } from './progress.ts';
import { type SecretReads, secretReads } from './secret-reads.ts';
import { StatusObserver } from './status-observer.ts';

const CRDS = fileURLToPath(new URL('../crds', import.meta.url));

/** How long each call to PAM Core takes, in milliseconds, where a scenario says nothing else. */
export const PAM_MS = 20;

/** Connections of whoever creates and changes objects: enough that the API server decides how fast that goes. */
const DRIVER_CONNECTIONS = 16;

/** Everything that scenarios work with. */
export interface World {
  readonly options: BenchOptions;
  readonly figures: Figures;
  readonly progress: Progress;
  readonly controlPlane: ControlPlane;
  readonly pam: PamProcess;
  readonly api: BareHttp;
  readonly secretReads: SecretReads;
  /** Sets whose objects are there. */
  readonly created: Set<SetName>;
  observe(namespace: string): Promise<StatusObserver>;
  startOperator(set: SetName): Promise<MeasuredOperator>;
}

export async function startWorld(
  options: BenchOptions,
  figures: Figures,
  progress: Progress,
  cleanUp: CleanUp,
): Promise<World> {
  progress.step('Start an API server and a PAM Core');
  const reads = secretReads();
  cleanUp.add(async () => reads.remove());
  const { apiServerFlags } = reads;
  const starting = startControlPlane({ log: (line) => progress.step(line), apiServerFlags });
  cleanUp.add(async () => (await starting).stop());
  const controlPlane = await starting;
  const pam = await startPamProcess();
  cleanUp.add(() => pam.stop());
  await pam.setDelay(PAM_MS);
  const connection = connectionOf(controlPlane.kubeconfigPath);
  const api = new BareHttp(controlPlane.server, DRIVER_CONNECTIONS, await connection.access());
  cleanUp.add(() => api.close());
  const client = createKubeClient({ connection });
  cleanUp.add(() => client.close());
  await installDefinitions(controlPlane);
  for (const name of [OPERATOR_NAMESPACE, ...SETS])
    await api.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await connect(api, pam, options.workers);

  return {
    options,
    figures,
    progress,
    controlPlane,
    pam,
    api,
    secretReads: reads,
    created: new Set(),
    observe: (namespace) => observe(client, namespace, cleanUp),
    startOperator: async (set) => {
      const operator = await startMeasuredOperator({
        kubeconfigPath: controlPlane.kubeconfigPath,
        namespaces: [set],
        workers: options.workers,
        baselineSeconds: options.baselineSeconds,
        profile: options.profile,
      });
      cleanUp.add(() => operator.stop());
      return operator;
    },
  };
}

async function observe(client: KubeClient, namespace: string, cleanUp: CleanUp): Promise<StatusObserver> {
  const observer = new StatusObserver(client, namespace);
  cleanUp.add(() => observer.stop());
  await observer.listed;
  return observer;
}

async function installDefinitions({ kubectl, kubeconfigPath }: ControlPlane): Promise<void> {
  const run = (...args: string[]) => promisify(execFile)(kubectl, ['--kubeconfig', kubeconfigPath, ...args]);
  await run('apply', '--server-side', '-f', CRDS);
  await run('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
}

async function connect(api: BareHttp, { url, oauth2 }: PamProcess, workers: number): Promise<void> {
  await api.call('POST', `/api/v1/namespaces/${OPERATOR_NAMESPACE}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pam-core' },
    stringData: oauth2,
  });
  await api.call('POST', `/apis/${RESOURCE_API}/pamconnections`, {
    apiVersion: RESOURCE_API,
    kind: 'PamConnection',
    metadata: { name: 'default' },
    spec: {
      url,
      auth: { oauth2: { secretName: 'pam-core' } },
      identifierPrefix: 'bench',
      disabledRecords: 'Listed',
      // A place for each worker besides the one that is kept for disables; no limit that is met before the machine's.
      limits: { maxInFlight: workers + 1, requestsPerSecond: 1000, burst: 1000 },
      grants: [
        {
          namespaces: { names: [...SETS] },
          hostnames: ['*'],
          usernames: ['*'],
          operations: ['Create', 'Update', 'Enable', 'Disable'],
        },
      ],
    },
  });
}
