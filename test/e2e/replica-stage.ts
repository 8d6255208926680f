import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { OPERATOR_NAMESPACE, type Stage, type StageOptions, startStage } from './stage.ts';
import { type Term, type Write, writerBreaches } from './writer-breaches.ts';

const MARKED = new URL('../support/marked-replica.ts', import.meta.url).href;

interface ReplicaOptions {
  /** How far its wall clock is off. */
  readonly clockShiftMs?: number;
  readonly args?: readonly string[];
}

/** One replica of the operator as a process, with a way of its own to the API server. */
export interface Replica {
  readonly name: string;
  readonly operator: OperatorProcess;
  readonly proxy: KubeProxy;
  leads(): boolean;
  /** When it led, by this process's monotonic clock and as soon as it said so. */
  readonly terms: readonly Term[];
}

/** A stage whose operators are replicas that PAM Core's journal can tell apart. */
export interface ReplicaStage extends Stage {
  start(name: string, options?: ReplicaOptions): Promise<Replica>;
  /** In the order in which they were started. */
  replicas(): readonly Replica[];
  /** Every write that reached PAM Core. */
  writes(): Write[];
  /** Where the replicas did not keep apart until now. */
  breaches(): string[];
}

export async function startReplicaStage(options: StageOptions = {}): Promise<ReplicaStage> {
  const stage = await startStage(options);
  // It has made the connection ready; from here on only replicas that are told apart work.
  await stage.operator().stop();
  stage.pam.journal.clear();
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-replicas-'));
  const marks = new Map<string, string>();
  const started: Replica[] = [];

  async function start(name: string, { clockShiftMs = 0, args = [] }: ReplicaOptions = {}): Promise<Replica> {
    const mark = (0xa0 + marks.size).toString(16);
    marks.set(mark, name);
    const proxy = await startKubeProxy(stage.controlPlane.kubeconfigPath);
    const kubeconfigPath = join(folder, `${name}.yaml`);
    writeFileSync(kubeconfigPath, proxy.kubeconfig, { mode: 0o600 });
    const terms: Term[] = [];
    const operator = await startOperatorProcess({
      kubeconfigPath,
      namespace: OPERATOR_NAMESPACE,
      args: ['--log-level', 'debug', ...args],
      env: {
        NODE_OPTIONS: `--import=${MARKED}`,
        REPLICA_MARK: mark,
        REPLICA_CLOCK_SHIFT_MS: String(clockShiftMs),
        POD_NAME: `replica-${name}`,
      },
      onOutput: (text) => {
        const now = performance.now();
        for (const [, said] of text.matchAll(/"msg":"(Became the leader|Stood down)"/g)) {
          const last = terms.at(-1);
          if (said === 'Became the leader') terms.push({ fromMs: now, untilMs: undefined });
          else if (last !== undefined) last.untilMs ??= now;
        }
      },
    });
    void operator.exited.then(() => {
      const last = terms.at(-1);
      if (last !== undefined) last.untilMs ??= performance.now();
    });
    const leads = () => terms.length > 0 && terms.at(-1)?.untilMs === undefined;
    const replica: Replica = { name, operator, proxy, terms, leads };
    started.push(replica);
    return replica;
  }

  const writes = () =>
    stage.pam.journal.writes().map(({ requestId = '', sequence, method, path, arrivedAtMs, endedAtMs }) => ({
      replica: marks.get(requestId.slice(0, 2)) ?? 'nobody',
      what: `${sequence} ${method} ${path}`,
      arrivedAtMs,
      endedAtMs,
    }));

  return {
    ...stage,
    start,
    replicas: () => started,
    writes,
    breaches: () =>
      writerBreaches(writes(), Object.fromEntries(started.map(({ name, terms }) => [name, terms]))),
    stop: async () => {
      for (const { operator, proxy } of started) {
        proxy.clear();
        // It may be stopped or stuck; a test that failed must not wait for its drain.
        operator.kill('SIGKILL');
        await operator.exited;
        await proxy.stop();
      }
      await stage.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
