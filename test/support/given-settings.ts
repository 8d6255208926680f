import type { Settings } from '../../src/config/settings.ts';
import { readSettings, type SettingsInput, type SettingsResult } from '../../src/config.ts';

/** Path of the configuration file. */
export const CONFIG = '/etc/pam-operator.yaml';
export const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** What a process is started with. */
export interface Given {
  argv?: string[];
  env?: SettingsInput['env'];
  /** Texts of files by path. */
  files?: Record<string, string>;
  /** Text of the configuration file that `--config` names. */
  file?: string;
}

export function readGiven({ argv = [], env = {}, files = {}, file }: Given): SettingsResult {
  const all = file === undefined ? files : { ...files, [CONFIG]: file };
  return readSettings({
    argv: file === undefined ? argv : [`--config=${CONFIG}`, ...argv],
    env,
    readFile: (path) => {
      const text = all[path];
      if (text === undefined) throw new Error(`ENOENT ${path}`);
      return text;
    },
  });
}

export function settingsOf(given: Given): Settings {
  const result = readGiven(given);
  if (!('settings' in result)) throw new Error(JSON.stringify(result));
  return result.settings;
}

export function problemOf(given: Given): string {
  const result = readGiven(given);
  return 'problem' in result ? result.problem : `no problem: ${JSON.stringify(result)}`;
}
