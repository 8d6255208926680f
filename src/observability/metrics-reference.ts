import { CONTROLLER_RUNTIME_METRICS } from './controller-runtime-definitions.ts';
import type { MetricDefinition, MetricDefinitions } from './metric-definition.ts';
import { PAM_OPERATOR_METRICS } from './pam-operator-definitions.ts';
import { PROCESS_METRICS } from './process-definitions.ts';

/** Every metric that the operator has, by name. */
export const ALL_METRICS: MetricDefinitions = {
  ...PAM_OPERATOR_METRICS,
  ...CONTROLLER_RUNTIME_METRICS,
  ...PROCESS_METRICS,
};

/** The page docs/reference/metrics.md, from the definitions that the registry is made of. */
export function renderMetricsReference(): string {
  return [
    '# Metrics',
    '',
    'The operator serves these metrics in Prometheus text format under `/metrics` at the address of',
    '`--metrics-bind-address`. Series of a resource or connection end with it.',
    '',
    ...section("The operator's own", PAM_OPERATOR_METRICS),
    ...section('As in controller-runtime and client-go', CONTROLLER_RUNTIME_METRICS),
    ...section('Process', PROCESS_METRICS),
  ].join('\n');
}

function section(title: string, metrics: MetricDefinitions): string[] {
  const rows = Object.entries(metrics).map(([name, metric]) => row(name, metric));
  return [`## ${title}`, '', '| Metric | Type | Labels | Meaning |', '|---|---|---|---|', ...rows, ''];
}

function row(name: string, { type, labels, help, buckets }: MetricDefinition): string {
  const names = labels.map((label) => `\`${label}\``).join(', ');
  const limits = buckets === undefined ? '' : ` (buckets in seconds: ${buckets.join(' ')})`;
  return `| \`${name}\` | ${type} | ${names} | ${help}${limits} |`;
}
