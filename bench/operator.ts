import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OperatorProcess, startOperatorProcess } from '../test/support/operator-process.ts';
import { type EventLoopBlock, eventLoopBlocks } from './event-loop-blocks.ts';
import { imageStart } from './image-start.ts';
import { OPERATOR_NAMESPACE } from './objects.ts';
import { type ProcessUsage, processUsage } from './process-usage.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface OperatorPlan {
  readonly kubeconfigPath: string;
  readonly namespaces: readonly string[];
  readonly workers: number;
  readonly baselineSeconds: number;
  /** Folder for a CPU profile. */
  readonly profile: string | undefined;
}

/** An operator that is measured. */
export interface MeasuredOperator {
  readonly process: OperatorProcess;
  /** When the process was started, and how long it took until everything was listed. */
  readonly startedAt: number;
  readonly readySeconds: number;
  usage(): ProcessUsage;
  /** The longest times since the last question in which the event loop did not turn; without the loading of modules. */
  longestBlock(): Promise<Pick<EventLoopBlock, 'wallMs' | 'cpuMs'>>;
  stop(): Promise<void>;
}

/** Makes the bundle that the image holds. */
export function bundleOperator(): void {
  execFileSync(process.execPath, [file('../scripts/bundle.ts')], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Resolves when everything is listed. */
export async function startMeasuredOperator(plan: OperatorPlan): Promise<MeasuredOperator> {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-bench-'));
  const socketPath = join(folder, 'probe');
  const image = imageStart();
  const startedAt = Date.now();
  const operator = await startOperatorProcess({
    kubeconfigPath: plan.kubeconfigPath,
    namespace: OPERATOR_NAMESPACE,
    main: file('../dist/main.js'),
    nodeFlags: [
      ...image.nodeFlags,
      ...['--import', file('event-loop-probe.ts')],
      ...(plan.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${plan.profile}`]),
    ],
    args: [
      ...['--watch-namespaces', plan.namespaces.join(',')],
      ...['--max-concurrent-reconciles', String(plan.workers)],
      ...['--baseline-delay-seconds', String(plan.baselineSeconds)],
    ],
    env: { ...image.env, EVENT_LOOP_PROBE: socketPath },
  });
  const readySeconds = (Date.now() - startedAt) / 1000;
  const loadedAt = Date.parse(String(operator.log().find(({ msg }) => msg === 'Started pam-operator')?.ts));
  return {
    process: operator,
    startedAt,
    readySeconds,
    usage: () => processUsage(operator.pid),
    longestBlock: async () => {
      const blocks = (await eventLoopBlocks(socketPath)).filter(({ at }) => at >= loadedAt);
      return {
        wallMs: Math.max(0, ...blocks.map(({ wallMs }) => wallMs)),
        cpuMs: Math.max(0, ...blocks.map(({ cpuMs }) => cpuMs)),
      };
    },
    stop: async () => {
      await operator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
