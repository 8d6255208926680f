import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CONTROLLER_RUNTIME_METRICS } from './controller-runtime-definitions.ts';
import type { MetricDefinition } from './metric-definition.ts';
import { PAM_OPERATOR_METRICS } from './pam-operator-definitions.ts';
import { PROCESS_METRICS } from './process-definitions.ts';

const OWN_METRICS = { ...CONTROLLER_RUNTIME_METRICS, ...PAM_OPERATOR_METRICS };
type OwnMetrics = typeof OWN_METRICS;

type NameOf<Type> = {
  [N in keyof OwnMetrics]: OwnMetrics[N]['type'] extends Type ? N : never;
}[keyof OwnMetrics];
type LabelOf<N extends keyof OwnMetrics> = OwnMetrics[N]['labels'][number];

/** Makes prom-client's metrics by their definitions, in a registry that nothing else writes to. */
export class MetricRegistry {
  readonly #registry = new Registry();

  get contentType(): string {
    return this.#registry.contentType;
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  counter<N extends NameOf<'counter'>>(name: N): Counter<LabelOf<N>> {
    return new Counter(this.#configuration<N>(name));
  }

  /** `collect` sets the values just before they are read. */
  gauge<N extends NameOf<'gauge'>>(name: N, collect?: (gauge: Gauge<LabelOf<N>>) => void): Gauge<LabelOf<N>> {
    const configuration = this.#configuration<N>(name);
    return new Gauge(
      collect === undefined
        ? configuration
        : {
            ...configuration,
            collect() {
              collect(this);
            },
          },
    );
  }

  histogram<N extends NameOf<'histogram'>>(name: N): Histogram<LabelOf<N>> {
    const { buckets = [] }: MetricDefinition = OWN_METRICS[name];
    return new Histogram({ ...this.#configuration<N>(name), buckets: [...buckets] });
  }

  /** Process and event loop: prom-client collects them all or none, so they are picked from a registry aside. */
  addProcessMetrics(): void {
    const all = new Registry();
    collectDefaultMetrics({ register: all });
    for (const name of Object.keys(PROCESS_METRICS)) {
      const metric = all.getSingleMetric(name);
      if (metric !== undefined) {
        this.#registry.registerMetric(metric);
      }
    }
  }

  #configuration<N extends keyof OwnMetrics>(name: N) {
    const { help, labels }: { help: string; labels: readonly LabelOf<N>[] } = OWN_METRICS[name];
    return { name, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
