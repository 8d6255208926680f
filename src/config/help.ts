import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';

const WIDTH = 100;
const INDENT = '      ';

const COMMAND_TEXT = [
  'Takes the finalizers of the operator off all resources, without a call to PAM Core: what waits for its deletion goes, and its records stay in PAM Core as they are. For the removal of the operator, after it was stopped; refused while an operator holds the Lease.',
  'It takes the flags of the operator. --kubeconfig, --namespace, --leader-election-id and --watch-namespaces have to be those the operator ran with.',
];

/** The text of `--help`. */
export function helpText(): string {
  const rows: readonly Option<unknown>[] = Object.values(OPTIONS);
  const sections = [...new Set(rows.map(({ section }) => section))];
  return [
    'pam-operator keeps credentials and SSH keys in Segura PAM Core as declared by custom resources.',
    '',
    'Usage: pam-operator [--flag=value ...]',
    '       pam-operator release-finalizers [--dry-run] [--force] [--stop-deployment=<name>]',
    '                                       [--flag=value ...]',
    '',
    'Without a command it runs the operator.',
    '',
    '  release-finalizers',
    ...COMMAND_TEXT.flatMap(wrap),
    '  --dry-run (release-finalizers)',
    ...wrap('Names what would be released and changes nothing.'),
    '  --force (release-finalizers)',
    ...wrap('Does not look at the Lease. A running operator puts the finalizers on again.'),
    '  --stop-deployment=<name> (release-finalizers)',
    ...wrap(
      "Scales this Deployment of the operator's namespace to no Pod first, and waits up to 90 s until its Lease is free.",
    ),
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
