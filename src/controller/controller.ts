import type { Clock } from '../core/clock.ts';
import { KubeError } from '../core/kube-error.ts';
import type { Log } from '../core/log.ts';
import { PamError } from '../core/pam-fault.ts';
import type { Park } from './park.ts';
import type { PassResult } from './pass-result.ts';
import { createTurnLimit } from './turn-limit.ts';
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
  /** The pass threw what no port says that it throws: a bug. */
  panicked(controller: string): void;
  /** The pass lasted longer than it should. */
  timedOut(controller: string): void;
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
  /** `deadline` ends what the pass waits for, never a call that runs: each of those has a limit of its own. */
  readonly reconcile: (claim: Claim<K>, deadline: AbortSignal, park: Park) => Promise<PassResult>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ControllerObserver;
  /** Wait after a pass that threw for the n-th time in a row (1, 2, …): a fault of ours must not become a hot loop. */
  readonly crashDelayMs: (key: K, attempt: number) => number;
}

/** A key goes back for this long where the replica may not work: never at once, or the loop would not leave a turn to others. */
const HAND_BACK_MS = 100;

/**
 * A pass that waits longer than this gives its worker back: above the limits of a list (30 s by default) and of a write
 * (20 s at most), so that it is met only by one that waits for its turn behind others.
 */
const PASS_LIMIT_MS = 60_000;

/** Parked passes for each worker: they hold what they have gathered, a password among it, so there must be an end. */
const PARKED_PER_WORKER = 4;

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
  let parked = 0;
  let lastProgressMs = clock.monotonicMs();
  let stopped = false;
  const crashes = new Map<K, number>();
  const endTurn = createTurnLimit(clock);
  const running = new Set<Promise<void>>();
  const tellActive = () => observer.activeWorkers(name, active - parked);
  observer.started(name, workers);

  async function pass(claim: Claim<K>, park: Park): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    // Before it nothing was to be done: an idle night is no lack of progress.
    if (active === 0) lastProgressMs = startedAtMs;
    active += 1;
    tellActive();
    const deadline = new AbortController();
    const timer = setTimeout(() => {
      deadline.abort();
      observer.timedOut(name);
    }, PASS_LIMIT_MS);
    let outcome: PassResult;
    try {
      outcome = await reconcile(claim, deadline.signal, park);
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
      if (!isKnown(error)) observer.panicked(name);
      const attempt = (crashes.get(claim.key) ?? 0) + 1;
      crashes.set(claim.key, attempt);
      // A disable or a deletion keeps its place: only PAM itself may delay it (design 4.6).
      const priority = claim.priority > PRIORITY.change ? claim.priority : PRIORITY.retry;
      outcome = { result: 'error', next: { afterMs: crashDelayMs(claim.key, attempt), priority } };
    } finally {
      clearTimeout(timer);
      active -= 1;
      tellActive();
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

  /**
   * So many workers, which take keys of this priority or a higher one. For each pass that is parked there is one more,
   * until that pass goes on and another one has ended.
   */
  function startWorkers(count: number, atLeast?: number): void {
    let waiting = 0;
    let more = 0;

    const park: Park = {
      get isFull() {
        return waiting >= count * PARKED_PER_WORKER;
      },
      wait: async (promise) => {
        if (park.isFull) return promise;
        waiting += 1;
        parked += 1;
        tellActive();
        if (more < waiting) {
          more += 1;
          startWorker();
        }
        try {
          return await promise;
        } finally {
          waiting -= 1;
          parked -= 1;
          tellActive();
        }
      },
    };

    async function work(): Promise<void> {
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
          await pass(claim, park);
          await endTurn();
        } else {
          queue.requeue(claim.key, { priority: claim.priority, afterMs: HAND_BACK_MS });
          queue.done(claim.key);
        }
        if (more > waiting) {
          more -= 1;
          return;
        }
      }
    }

    function startWorker(): void {
      const worker = work().finally(() => running.delete(worker));
      running.add(worker);
    }

    for (let started = 0; started < count; started++) startWorker();
  }

  startWorkers(workers);
  // These take disables only, which wait neither until a slow PAM has answered the others, nor for what else the passes of
  // earlier disables have to do.
  startWorkers(workers, PRIORITY.disable);
  return {
    stop: async () => {
      stopped = true;
      queue.stop();
      while (running.size > 0) await Promise.all(running);
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
  return isKnown(error) ? error.message : undefined;
}

/** An error that the adapters are there to throw. */
function isKnown(error: unknown): error is KubeError | PamError {
  return error instanceof KubeError || error instanceof PamError;
}
