import { readCommandLine } from './config/command-line.ts';
import { readConfigText } from './config/config-file.ts';
import { findConflict } from './config/conflicts.ts';
import { helpText } from './config/help.ts';
import type { Option } from './config/option.ts';
import { OPTIONS } from './config/options.ts';
import type { Settings } from './config/settings.ts';
import type { Source } from './config/source.ts';
import { formatBindAddress } from './observability/bind-address.ts';

/** What the process was started with. */
export interface SettingsInput {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives the text of a file; throws when it cannot. */
  readonly readFile: (path: string) => string;
}

export type SettingsResult =
  | { readonly settings: Settings }
  /** One sentence: which setting, what is wrong with it, what to do. The process ends with exit code 1. */
  | { readonly problem: string }
  | { readonly help: string }
  | { readonly version: true };

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const MAX_QUOTED = 60;

const FLAGS = new Map<string, { isSwitch: boolean }>([
  ['config', { isSwitch: false }],
  ...Object.values(OPTIONS).map(({ flag, isSwitch }) => [flag, { isSwitch }] as const),
]);
const KEYS = new Set(Object.values(OPTIONS).map(({ key }) => key));

/** Reads the settings: flags before environment before configuration file before default. Never throws. */
export function readSettings({ argv, env, readFile }: SettingsInput): SettingsResult {
  if (argv.includes('--help') || argv.includes('-h')) {
    return { help: helpText() };
  }
  if (argv.includes('--version')) {
    return { version: true };
  }
  const flags = readCommandLine(argv, FLAGS);
  if ('problem' in flags) {
    return flags;
  }
  const path = flags.get('config')?.text ?? fromEnvironment('PAM_OPERATOR_CONFIG', env)?.text ?? '';
  const file = readConfigFile(path, readFile);
  if ('problem' in file) {
    return file;
  }

  const settings: Partial<Settings> = {};
  for (const name of Object.keys(OPTIONS) as (keyof Settings)[]) {
    const { flag, env: variable, key }: Option<unknown> = OPTIONS[name];
    const source =
      flags.get(flag) ??
      fromEnvironment(variable, env) ??
      file.get(key) ??
      (name === 'namespace' ? ownNamespace(readFile) : undefined);
    const problem = setFrom(source, name, settings);
    if (problem !== undefined) {
      return { problem };
    }
  }
  // Every key of the table has been set, and its type is that of the settings.
  const complete = settings as Settings;
  const problem = findConflict(complete);
  return problem === undefined ? { settings: complete } : { problem };
}

/**
 * The settings in effect by key path, in the spelling of flags, to be logged at start. An allow-list: only
 * what stands in the table of options is told, and no option of it is a secret.
 */
export function effectiveSettings(settings: Settings): Readonly<Record<string, string | number | boolean>> {
  const rows = (Object.keys(OPTIONS) as (keyof Settings)[]).map((name) => {
    const value = settings[name];
    const told =
      value === 'off' || (typeof value === 'object' && 'port' in value)
        ? formatBindAddress(value)
        : typeof value === 'object'
          ? value.join(',')
          : value;
    return [OPTIONS[name].key, told] as const;
  });
  return Object.fromEntries(rows);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function setFrom<K extends keyof Settings>(
  source: Source | undefined,
  name: K,
  settings: Partial<Writable<Settings>>,
): string | undefined {
  const option: Option<Settings[K]> = OPTIONS[name];
  const value = option.read(source?.text ?? option.defaultText);
  if (value === undefined) {
    const text = source?.text ?? option.defaultText;
    const quoted = JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
    return `${source?.name ?? option.key} is ${quoted}; give ${option.expected}.`;
  }
  settings[name] = value;
  return undefined;
}

/** Manifests often render variables that are empty: those are not set. */
function fromEnvironment(variable: string, env: SettingsInput['env']): Source | undefined {
  const text = Object.hasOwn(env, variable) ? env[variable] : undefined;
  return text === undefined || text === '' ? undefined : { text, name: variable };
}

function readConfigFile(
  path: string,
  readFile: SettingsInput['readFile'],
): ReadonlyMap<string, Source> | { readonly problem: string } {
  if (path === '') {
    return new Map();
  }
  const shown = JSON.stringify(path.slice(0, 200));
  const text = attempt(() => readFile(path));
  if (text === undefined) {
    return {
      problem: `The configuration file ${shown} cannot be read; correct --config or its permissions.`,
    };
  }
  const values = readConfigText(text, path.slice(0, 200), KEYS);
  return 'problem' in values ? { problem: `The configuration file ${shown} ${values.problem}.` } : values;
}

/** Every Pod with a service account token has this file. */
function ownNamespace(readFile: SettingsInput['readFile']): Source | undefined {
  const text = attempt(() => readFile(SERVICE_ACCOUNT_NAMESPACE))?.trim();
  return text === undefined || text === '' ? undefined : { text, name: SERVICE_ACCOUNT_NAMESPACE };
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
