type Labels = Readonly<Record<string, string>> & { readonly connection: string };

/** A metric of prom-client, as far as removing a series goes. */
interface Removable {
  remove(labels: Readonly<Record<string, string>>): void;
}

/** Remembers which series a connection has, so that all of them go with it. */
export class ConnectionSeries {
  readonly #known = new Map<string, Map<Removable, Map<string, Labels>>>();

  /** Gives `labels` back, to stand where the series is written. */
  of<L extends Labels>(metric: Removable, labels: L): L {
    const metrics = this.#known.get(labels.connection) ?? new Map<Removable, Map<string, Labels>>();
    this.#known.set(labels.connection, metrics);
    const series = metrics.get(metric) ?? new Map<string, Labels>();
    metrics.set(metric, series);
    series.set(Object.values(labels).join('\n'), labels);
    return labels;
  }

  forget(connection: string): void {
    for (const [metric, series] of this.#known.get(connection) ?? []) {
      for (const labels of series.values()) metric.remove(labels);
    }
    this.#known.delete(connection);
  }
}
