import type { MetricRegistry } from './metric-registry.ts';

/** What is asked of a queue when the metrics are read. */
interface WorkqueueSource {
  /** Keys that wait and are ready, by priority. */
  depths(): ReadonlyMap<number, number>;
  /** How long each key in work has been so, in seconds. */
  processingSeconds(): readonly number[];
}

/** Hears what happens in one queue. */
export interface WorkqueueMetrics {
  added(): void;
  retried(): void;
  started(waitedSeconds: number): void;
  finished(workSeconds: number): void;
  /** Says where depth and running work are read, from now on and on every scrape. */
  readFrom(source: WorkqueueSource): void;
}

/** Gives the metrics of the queue `name`, which by controller-runtime's custom is its controller's name too. */
export function workqueueMetrics(registry: MetricRegistry): (name: string) => WorkqueueMetrics {
  const sources = new Map<string, WorkqueueSource>();
  /** Priorities that were seen stay, at 0: a depth that vanishes reads like one that is unknown. */
  const priorities = new Map<string, Set<number>>();

  registry.gauge('workqueue_depth', (gauge) => {
    for (const [name, source] of sources) {
      const depths = source.depths();
      const seen = priorities.get(name) ?? new Set([0]);
      priorities.set(name, seen);
      for (const priority of depths.keys()) seen.add(priority);
      for (const priority of seen) {
        gauge.set({ name, controller: name, priority: String(priority) }, depths.get(priority) ?? 0);
      }
    }
  });
  registry.gauge('workqueue_unfinished_work_seconds', (gauge) => {
    for (const [name, source] of sources) {
      const total = source.processingSeconds().reduce((sum, seconds) => sum + seconds, 0);
      gauge.set({ name, controller: name }, total);
    }
  });
  registry.gauge('workqueue_longest_running_processor_seconds', (gauge) => {
    for (const [name, source] of sources) {
      gauge.set({ name, controller: name }, Math.max(0, ...source.processingSeconds()));
    }
  });
  const adds = registry.counter('workqueue_adds_total');
  const retries = registry.counter('workqueue_retries_total');
  const waits = registry.histogram('workqueue_queue_duration_seconds');
  const works = registry.histogram('workqueue_work_duration_seconds');

  return (name) => {
    const queue = { name, controller: name };
    adds.inc(queue, 0);
    retries.inc(queue, 0);
    return {
      added: () => adds.inc(queue),
      retried: () => retries.inc(queue),
      started: (waitedSeconds) => waits.observe(queue, waitedSeconds),
      finished: (workSeconds) => works.observe(queue, workSeconds),
      readFrom: (source) => void sources.set(name, source),
    };
  };
}
