import type { Source } from './source.ts';

/** Flags that are known, and whether they may stand without a value. */
export type KnownFlags = ReadonlyMap<string, { readonly isSwitch: boolean }>;

/**
 * Reads `--name=value`, `--name value` and `--switch` (without a value: true; a value only with `=`, as in
 * Go). The last one wins. An unknown argument is not repeated in the problem beyond a flag's name: it may be
 * a secret in the wrong place.
 */
export function readCommandLine(
  argv: readonly string[],
  known: KnownFlags,
): ReadonlyMap<string, Source> | { readonly problem: string } {
  const found = new Map<string, Source>();
  for (let at = 0; at < argv.length; at++) {
    const [, flag, equals, given] = /^--([a-z][a-z0-9-]{0,60})(=?)(.*)$/s.exec(argv[at] ?? '') ?? [];
    if (flag === undefined) {
      return { problem: 'There is an argument that is no flag; write flags as --name=value.' };
    }
    const kind = known.get(flag);
    if (kind === undefined || (equals === '' && given !== '')) {
      return { problem: `The flag --${flag} is unknown; --help lists the flags.` };
    }
    let text = given ?? '';
    if (equals === '') {
      const next = kind.isSwitch ? 'true' : argv[++at];
      if (next === undefined) {
        return { problem: `--${flag} has no value; write --${flag}=value.` };
      }
      text = next;
    }
    found.set(flag, { text, name: `--${flag}` });
  }
  return found;
}
