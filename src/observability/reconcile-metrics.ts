import type { MetricRegistry } from './metric-registry.ts';

/** controller-runtime's four results of a pass; `error` is what it retries with backoff. */
type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface ReconcileMetrics {
  /** Makes every series of the controller, at 0, so that the first error is an increase. */
  started(controller: string, maxConcurrent: number): void;
  /** `terminal`: an error that only a change can help. */
  reconciled(pass: {
    controller: string;
    result: ReconcileResult;
    seconds: number;
    terminal?: boolean;
  }): void;
  /** A bug: the pass threw something that it does not know. Counted besides `reconciled`. */
  panicked(controller: string): void;
  timedOut(controller: string): void;
  activeWorkers(controller: string, count: number): void;
}

const RESULTS: readonly ReconcileResult[] = ['success', 'error', 'requeue', 'requeue_after'];

export function reconcileMetrics(registry: MetricRegistry): ReconcileMetrics {
  const results = registry.counter('controller_runtime_reconcile_total');
  const errors = registry.counter('controller_runtime_reconcile_errors_total');
  const terminalErrors = registry.counter('controller_runtime_terminal_reconcile_errors_total');
  const panics = registry.counter('controller_runtime_reconcile_panics_total');
  const timeouts = registry.counter('controller_runtime_reconcile_timeouts_total');
  const times = registry.histogram('controller_runtime_reconcile_time_seconds');
  const workers = registry.gauge('controller_runtime_active_workers');
  const maximum = registry.gauge('controller_runtime_max_concurrent_reconciles');

  return {
    started(controller, maxConcurrent) {
      for (const result of RESULTS) results.inc({ controller, result }, 0);
      for (const counter of [errors, terminalErrors, panics, timeouts]) counter.inc({ controller }, 0);
      times.zero({ controller });
      workers.set({ controller }, 0);
      maximum.set({ controller }, maxConcurrent);
    },
    reconciled({ controller, result, seconds, terminal = false }) {
      results.inc({ controller, result });
      times.observe({ controller }, seconds);
      if (result === 'error') errors.inc({ controller });
      if (terminal) terminalErrors.inc({ controller });
    },
    panicked: (controller) => panics.inc({ controller }),
    timedOut: (controller) => timeouts.inc({ controller }),
    activeWorkers: (controller, count) => workers.set({ controller }, count),
  };
}
