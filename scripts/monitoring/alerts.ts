import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { GeneratedFile } from '../generate/generated-file.ts';

/** The alerts of the chart as a rule file of Prometheus, and as a PrometheusRule for who has no chart. */
export function alerts(root: URL): GeneratedFile[] {
  const text = readFileSync(new URL('charts/pam-operator/files/alerts.yaml', root), 'utf8');
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'pam-operator', namespace: 'pam-operator' },
    spec: parse(text),
  };
  const from = '# Made by `npm run generate` from charts/pam-operator/files/alerts.yaml.\n';
  return [
    { path: 'deploy/monitoring/alerts.yaml', content: from + stringify(parse(text), { lineWidth: 0 }) },
    { path: 'deploy/monitoring/prometheusrule.yaml', content: from + stringify(rule, { lineWidth: 0 }) },
  ];
}
