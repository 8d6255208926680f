/** What a metric is called and means: the source of the registry and of docs/reference/metrics.md. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** One sentence; metrics that controller-runtime and client-go have too keep theirs. */
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper limits of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
}

export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;
