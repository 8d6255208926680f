import { createMetrics, type Metrics } from '../../src/observability/metrics.ts';

/** The metrics of a process, with a version of its own. */
export function createTestMetrics(): Metrics {
  return createMetrics({ version: '0.1.0', nodeVersion: 'v24.0.0' });
}

/** Series of the given families, without comments; all label sets as they are printed. */
export async function seriesOf(metrics: Metrics, ...families: string[]): Promise<string[]> {
  const lines = (await metrics.render()).split('\n');
  return lines.filter((line) =>
    families.some((name) => new RegExp(`^${name}(_bucket|_sum|_count)?[{ ]`).test(line)),
  );
}
