import { type KubeMetrics, kubeMetrics } from './kube-metrics.ts';
import { MetricRegistry } from './metric-registry.ts';
import { type PamMetrics, pamMetrics } from './pam-metrics.ts';
import { type ReconcileMetrics, reconcileMetrics } from './reconcile-metrics.ts';
import { type ResourceMetrics, resourceMetrics } from './resource-metrics.ts';
import { type WatchMetrics, watchMetrics } from './watch-metrics.ts';
import { type WorkqueueMetrics, workqueueMetrics } from './workqueue-metrics.ts';

/** 0 = live and ready, 1 = not ready, 2 = not live. */
export type HealthStatus = 0 | 1 | 2;

/** All metrics of one process, by what they are about. Numbers must be finite, of counters not negative. */
export interface Metrics {
  readonly reconcile: ReconcileMetrics;
  readonly workqueue: (name: string) => WorkqueueMetrics;
  readonly kube: KubeMetrics;
  readonly watch: WatchMetrics;
  readonly pam: PamMetrics;
  readonly resources: ResourceMetrics;
  logFieldsDropped(count: number): void;
  /** Says where the health is read on every scrape. */
  readHealthFrom(source: () => HealthStatus): void;
  readonly contentType: string;
  /** The text that /metrics answers. */
  render(): Promise<string>;
}

/** Makes the metrics of the process, in a registry of their own. */
export function createMetrics({ version, nodeVersion }: { version: string; nodeVersion: string }): Metrics {
  const registry = new MetricRegistry();
  registry.gauge('pam_operator_build_info').set({ version, node_version: nodeVersion }, 1);
  const dropped = registry.counter('pam_operator_log_fields_dropped_total');
  let health: () => HealthStatus = () => 1;
  registry.gauge('pam_operator_health_status', (gauge) => gauge.set(health()));

  const families = {
    reconcile: reconcileMetrics(registry),
    workqueue: workqueueMetrics(registry),
    kube: kubeMetrics(registry),
    watch: watchMetrics(registry),
    pam: pamMetrics(registry),
    resources: resourceMetrics(registry),
  };
  registry.addProcessMetrics();

  return {
    ...families,
    logFieldsDropped: (count) => dropped.inc(count),
    readHealthFrom(source) {
      health = source;
    },
    contentType: registry.contentType,
    render: () => registry.render(),
  };
}
