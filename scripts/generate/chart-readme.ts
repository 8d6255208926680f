import type { ChartValue } from './chart-values.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The chart's own page: how to install it, and every value. */
export function chartReadme(values: readonly ChartValue[]): GeneratedFile[] {
  const content = [
    '# pam-operator',
    '',
    'Keeps credentials and SSH keys in Segura PAM Core as declared by custom resources.',
    '',
    '```sh',
    'helm install pam-operator charts/pam-operator --namespace pam-operator --create-namespace --wait',
    '```',
    '',
    'What comes next: [install](../../docs/install.md), [upgrade](../../docs/upgrade.md),',
    '[uninstall](../../docs/uninstall.md), [monitoring](../../docs/monitoring.md).',
    '',
    '## Values',
    '',
    'Made by `npm run generate` from [values.yaml](values.yaml). Misspelled values are refused.',
    '',
    '| Value | Default | Meaning |',
    '|---|---|---|',
    ...values.map(row),
    '',
  ].join('\n');
  return [{ path: 'charts/pam-operator/README.md', content }];
}

function row({ path, byDefault, description }: ChartValue): string {
  const text = JSON.stringify(byDefault).replaceAll('|', '\\|');
  return `| \`${path}\` | \`${text}\` | ${description.replaceAll('|', '\\|')} |`;
}
