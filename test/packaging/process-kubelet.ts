import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { Program } from '../support/program.ts';
import type { ApiProxy } from './api-proxy.ts';
import type { Pod } from './pod.ts';
import { type PodProcess, startPodProcess } from './pod-process.ts';
import type { PodRuntime } from './pod-runtime.ts';

/** Runs the Pods of one Node, and reports them as a kubelet does. */
export interface ProcessKubelet {
  /** The programs that run now, by name of their Pod. */
  running(): ReadonlyMap<string, Program>;
  /** What every program has printed, also those that have ended. */
  output(): string;
  stop(): Promise<void>;
}

interface Tenant {
  readonly pod: Pod;
  process: PodProcess | undefined;
  restarts: number;
  /** What was reported last. */
  reported: string;
  stopping: boolean;
}

const POLL_MS = 200;
const RESTART_MS = 1000;

/**
 * What is proven is what the chart says of arguments, environment, files, account and probes, since the program really
 * runs with them; a runtime with containers proves the image too.
 */
export function startProcessKubelet(
  controlPlane: ControlPlane,
  api: ApiProxy,
  node: string,
  runtime: PodRuntime,
): ProcessKubelet {
  const tenants = new Map<string, Tenant>();
  let printed = '';
  let stopped = false;
  const pathOf = ({ metadata }: Pod) => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

  async function admit(pod: Pod): Promise<void> {
    const tenant: Tenant = { pod, process: undefined, restarts: 0, reported: '', stopping: false };
    tenants.set(pod.metadata.uid, tenant);
    await run(tenant);
  }

  async function run(tenant: Tenant): Promise<void> {
    const process = await startPodProcess(tenant.pod, controlPlane, api, runtime);
    tenant.process = process;
    void process.program.ended.then(async ({ code, stdout, stderr }) => {
      printed += stdout + stderr;
      process.remove();
      tenant.process = undefined;
      if (tenant.stopping || stopped) return;
      if (tenant.pod.spec.restartPolicy === 'Never')
        return report(tenant, code === 0 ? 'Succeeded' : 'Failed');
      await report(tenant, 'Waiting');
      await sleep(RESTART_MS);
      tenant.restarts += 1;
      if (!tenant.stopping && !stopped) await run(tenant);
    });
  }

  async function evict(tenant: Tenant): Promise<void> {
    if (tenant.stopping) return;
    tenant.stopping = true;
    const program = tenant.process?.program;
    program?.kill('SIGTERM');
    const graceMs = (tenant.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
    const kill = setTimeout(() => program?.kill('SIGKILL'), graceMs);
    await program?.ended;
    clearTimeout(kill);
    const { uid } = tenant.pod.metadata;
    await api.delete(pathOf(tenant.pod), { gracePeriodSeconds: 0, preconditions: { uid } });
    tenants.delete(uid);
  }

  async function report(tenant: Tenant, state: 'Ready' | 'Running' | 'Waiting' | 'Succeeded' | 'Failed') {
    if (tenant.reported === `${state} ${tenant.restarts}`) return;
    tenant.reported = `${state} ${tenant.restarts}`;
    await api.patch(`${pathOf(tenant.pod)}/status`, { status: statusOf(tenant, state) });
  }

  async function look(): Promise<void> {
    const { items } = (await api.get(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`)) as {
      items: Pod[];
    };
    for (const pod of items) {
      const tenant = tenants.get(pod.metadata.uid);
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (tenant === undefined) await api.delete(pathOf(pod), { gracePeriodSeconds: 0 });
        else void evict(tenant);
      } else if (tenant === undefined) {
        await admit(pod);
      } else if (tenant.process !== undefined && !tenant.stopping) {
        await report(tenant, (await tenant.process.isReady()) ? 'Ready' : 'Running');
      }
    }
  }

  const loop = (async () => {
    while (!stopped) {
      await look();
      await sleep(POLL_MS);
    }
  })();

  return {
    running: () =>
      new Map(
        [...tenants.values()].flatMap(({ pod, process }) =>
          process === undefined ? [] : [[pod.metadata.name, process.program] as const],
        ),
      ),
    output: () =>
      printed +
      [...tenants.values()]
        .map(({ process }) => `${process?.program.stdout()}${process?.program.stderr()}`)
        .join(''),
    stop: async () => {
      stopped = true;
      await loop;
      const running = [...tenants.values()].flatMap(({ process }) =>
        process === undefined ? [] : [process],
      );
      const programs = running.flatMap(({ program, sidecars }) => [program, ...sidecars]);
      for (const program of programs) program.kill('SIGKILL');
      // Each removes its files when it has ended.
      await Promise.all(programs.map(({ ended }) => ended));
    },
  };
}

function statusOf(
  { pod, restarts }: Tenant,
  state: 'Ready' | 'Running' | 'Waiting' | 'Succeeded' | 'Failed',
): object {
  const now = new Date().toISOString();
  const isReady = state === 'Ready' ? 'True' : 'False';
  const ended = state === 'Succeeded' || state === 'Failed';
  return {
    phase: ended ? state : 'Running',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    startTime: now,
    conditions: ['Initialized', 'ContainersReady', 'Ready', 'PodScheduled'].map((type) => ({
      type,
      status: type === 'Ready' || type === 'ContainersReady' ? isReady : 'True',
      lastTransitionTime: now,
    })),
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: state === 'Ready',
      started: !ended,
      restartCount: restarts,
      state: ended
        ? { terminated: { exitCode: state === 'Succeeded' ? 0 : 1, startedAt: now, finishedAt: now } }
        : state === 'Waiting'
          ? { waiting: { reason: 'CrashLoopBackOff' } }
          : { running: { startedAt: now } },
    })),
  };
}
