import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';

const WIDTH = 100;
const INDENT = '      ';

/** The text of `--help`. */
export function helpText(): string {
  const rows: readonly Option<unknown>[] = Object.values(OPTIONS);
  const sections = [...new Set(rows.map(({ section }) => section))];
  return [
    'pam-operator keeps credentials and SSH keys in Segura PAM Core as declared by custom resources.',
    '',
    'Usage: pam-operator [--flag=value ...]',
    '',
    'Flags go before environment variables, those before the configuration file. An empty environment',
    'variable counts as not set.',
    '',
    '  --config=<path> (PAM_OPERATOR_CONFIG)',
    `${INDENT}YAML file with settings.`,
    '  --help, --version',
    ...sections.flatMap((section) => [
      '',
      `${section}:`,
      ...rows.filter((row) => row.section === section).flatMap(describe),
    ]),
    '',
  ].join('\n');
}

function describe({ flag, env, key, unit, defaultText, expected, description }: Option<unknown>): string[] {
  const byDefault = defaultText === '' ? 'not set' : `${defaultText}${unit === undefined ? '' : ` ${unit}`}`;
  const facts = `Give ${expected}. Default: ${byDefault}. Key in the file: ${key}.`;
  return [`  --${flag} (${env})`, ...wrap(description), ...wrap(facts)];
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = INDENT;
    }
    line += line === INDENT ? word : ` ${word}`;
  }
  return [...lines, line];
}
