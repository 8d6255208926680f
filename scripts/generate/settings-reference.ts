import type { Option } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/options.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The reference page of settings, from the table of options. */
export function settingsReference(): GeneratedFile[] {
  const rows: readonly Option<unknown>[] = Object.values(OPTIONS);
  const sections = [...new Set(rows.map(({ section }) => section))];
  const content = [
    '# Settings',
    '',
    'A flag goes before its environment variable, that before the configuration file (YAML, at most 256 KiB,',
    'named by `--config` or `PAM_OPERATOR_CONFIG`), that before the default. An empty environment variable',
    'counts as not set. Unknown flags and unknown keys of the file are refused. A key with periods is nested:',
    '',
    '```yaml',
    'log:',
    '  level: debug',
    'watchNamespaces: [team-a, team-b]',
    '```',
    '',
    'No setting holds a secret; addresses and credentials of PAM Core belong to `PamConnection` objects.',
    '',
    ...sections.flatMap((section) => [
      `## ${section}`,
      '',
      '| Flag | Environment | Key | Default | Values | Meaning |',
      '|---|---|---|---|---|---|',
      ...rows.filter((row) => row.section === section).map(tableRow),
      '',
    ]),
  ].join('\n');
  return [{ path: 'docs/reference/settings.md', content }];
}

function tableRow({ flag, env, key, defaultText, unit, expected, description }: Option<unknown>): string {
  const byDefault = defaultText === '' ? '' : `\`${defaultText}\`${unit === undefined ? '' : ` ${unit}`}`;
  return `| \`--${flag}\` | \`${env}\` | \`${key}\` | ${byDefault} | ${expected} | ${description} |`;
}
