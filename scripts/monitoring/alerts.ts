import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import type { GeneratedFile } from '../generate/generated-file.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly for: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly description: string; readonly runbook_url: string };
    }[];
  }[];
}

/** The alerts of the chart as a rule file of Prometheus, as a PrometheusRule for who has no chart, and as a page. */
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
    { path: 'docs/reference/alerts.md', content: page(parse(text) as Rules) },
  ];
}

function page({ groups }: Rules): string {
  const rows = groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, for: duration, labels, annotations }) => {
      const runbook = annotations.runbook_url.replace('docs/', '../');
      const description = annotations.description.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '`$1`');
      return `| [${alert}](${runbook}) | ${labels.severity} | ${duration} | ${description} |`;
    });
  return [
    '# Alerts',
    '',
    'Each leads to its runbook. How to install them: [monitoring](../monitoring.md#alerts).',
    '',
    '| Alert | Severity | After | Meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
