import { renderMetricsReference } from '../../src/observability/metrics-reference.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The reference page of metrics, from their definitions. */
export function metricsReference(): GeneratedFile[] {
  return [{ path: 'docs/reference/metrics.md', content: renderMetricsReference() }];
}
