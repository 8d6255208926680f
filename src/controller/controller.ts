import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { PassResult } from './reconcile-resource.ts';
import { type Claim, PRIORITY, type Workqueue } from './workqueue.ts';

/** Hears how passes end, for controller-runtime's metrics. */
export interface ControllerObserver {
  started(controller: string, maxConcurrent: number): void;
  reconciled(pass: {
    readonly controller: string;
    readonly result: 'success' | 'error' | 'requeue' | 'requeue_after';
    readonly seconds: number;
    readonly terminal?: boolean;
  }): void;
  panicked(controller: string): void;
  activeWorkers(controller: string, count: number): void;
}

export interface ControllerOptions<K extends string> {
  readonly name: string;
  readonly queue: Workqueue<K>;
  readonly workers: number;
  /** Waits until this replica may work; rejects or never resolves on shutdown. */
  readonly mayWork: () => Promise<void>;
  readonly reconcile: (claim: Claim<K>) => Promise<PassResult>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ControllerObserver;
  /** Wait after a pass that threw: a fault of ours must not become a hot loop. */
  readonly crashDelayMs: (key: K) => number;
}

/** A set of workers on one queue. */
export interface Controller {
  /** Takes nothing new and resolves when every pass that runs has ended. */
  stop(): Promise<void>;
  /** Monotonic time at which a worker last finished a pass or found nothing to do. */
  readonly lastProgressMs: number;
  readonly active: number;
}

/** Starts the workers. An error in one pass affects that key only: it is logged, counted and tried again. */
export function startController<K extends string>(options: ControllerOptions<K>): Controller {
  const { name, queue, workers, mayWork, reconcile, clock, log, observer, crashDelayMs } = options;
  let active = 0;
  let lastProgressMs = clock.monotonicMs();
  let stopped = false;
  observer.started(name, workers);

  async function pass(claim: Claim<K>): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    observer.activeWorkers(name, ++active);
    let outcome: PassResult;
    try {
      outcome = await reconcile(claim);
    } catch (error) {
      // Only the class: a message of unknown origin may hold anything.
      const reason = error instanceof Error ? error.name : 'unknown';
      log.error('Failed a pass', {
        controller: name,
        resource: claim.key,
        reason,
        detail: safeMessage(error),
      });
      observer.panicked(name);
      outcome = { result: 'error', next: { afterMs: crashDelayMs(claim.key), priority: PRIORITY.retry } };
    } finally {
      observer.activeWorkers(name, --active);
      lastProgressMs = clock.monotonicMs();
    }
    if (outcome.next !== undefined) queue.requeue(claim.key, outcome.next);
    queue.done(claim.key);
    const seconds = (clock.monotonicMs() - startedAtMs) / 1000;
    const terminal = outcome.result === 'terminal';
    observer.reconciled({
      controller: name,
      result: outcome.result === 'terminal' ? 'error' : outcome.result,
      seconds,
      ...(terminal && { terminal }),
    });
  }

  async function work(): Promise<void> {
    while (!stopped) {
      await mayWork();
      if (stopped) return;
      const claim = await queue.take();
      if (claim === undefined) return;
      await pass(claim);
    }
  }

  const running = Promise.all(Array.from({ length: workers }, work));
  return {
    stop: async () => {
      stopped = true;
      queue.stop();
      await running;
    },
    get lastProgressMs() {
      return active === 0 ? clock.monotonicMs() : lastProgressMs;
    },
    get active() {
      return active;
    },
  };
}

/** Errors of the adapters carry facts only; any other error's text is not shown. */
function safeMessage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.name === 'KubeError' || error.name === 'PamError' ? error.message : undefined;
}
