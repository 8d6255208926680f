import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { PassResult } from './pass-result.ts';
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
  /** Waits until this replica may work. A rejection ends the worker: it will never be allowed. */
  readonly mayWork: () => Promise<void>;
  /** The same without waiting, asked when a key has arrived: waiting for one may take longer than a term of leadership. */
  readonly isAllowed: () => boolean;
  readonly reconcile: (claim: Claim<K>) => Promise<PassResult>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ControllerObserver;
  /** Wait after a pass that threw for the n-th time in a row (1, 2, …): a fault of ours must not become a hot loop. */
  readonly crashDelayMs: (key: K, attempt: number) => number;
}

/** A key goes back for this long where the replica may not work: never at once, or the loop would not leave a turn to others. */
const HAND_BACK_MS = 100;

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
  const { name, queue, workers, mayWork, isAllowed, reconcile, clock, log, observer, crashDelayMs } = options;
  let active = 0;
  let lastProgressMs = clock.monotonicMs();
  let stopped = false;
  const crashes = new Map<K, number>();
  observer.started(name, workers);

  async function pass(claim: Claim<K>): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    // Before it nothing was to be done: an idle night is no lack of progress.
    if (active === 0) lastProgressMs = startedAtMs;
    observer.activeWorkers(name, ++active);
    let outcome: PassResult;
    try {
      outcome = await reconcile(claim);
      crashes.delete(claim.key);
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
      const attempt = (crashes.get(claim.key) ?? 0) + 1;
      crashes.set(claim.key, attempt);
      // A disable or a deletion keeps its place: only PAM itself may delay it (design 4.6).
      const priority = claim.priority > PRIORITY.change ? claim.priority : PRIORITY.retry;
      outcome = { result: 'error', next: { afterMs: crashDelayMs(claim.key, attempt), priority } };
    } finally {
      observer.activeWorkers(name, --active);
      lastProgressMs = clock.monotonicMs();
    }
    if (outcome.next !== undefined) queue.requeue(claim.key, { priority: claim.priority, ...outcome.next });
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

  async function work(atLeast?: number): Promise<void> {
    while (!stopped) {
      try {
        await mayWork();
      } catch {
        return;
      }
      if (stopped) return;
      const claim = await queue.take(atLeast);
      if (claim === undefined) return;
      // The queue is stopped: the key goes with it.
      if (stopped) return queue.done(claim.key);
      if (isAllowed()) {
        await pass(claim);
      } else {
        queue.requeue(claim.key, { priority: claim.priority, afterMs: HAND_BACK_MS });
        queue.done(claim.key);
      }
    }
  }

  // One more than the workers: it takes disables only, which do not wait until a slow PAM has answered the others.
  const running = Promise.all([...Array.from({ length: workers }, () => work()), work(PRIORITY.disable)]);
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
