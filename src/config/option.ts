import { type BindAddress, parseBindAddress } from '../observability/bind-address.ts';

/** One row of the table of options, from which the parser, `--help` and the reference page are made. */
export interface Option<T> {
  /** Without the two dashes. */
  readonly flag: string;
  readonly env: string;
  /** Path in the configuration file, parts separated by a period. */
  readonly key: string;
  readonly section: string;
  readonly description: string;
  readonly unit: string | undefined;
  /** In the spelling of the flag; it passes {@link read}. */
  readonly defaultText: string;
  /** Completes "give …" in a problem and stands as the type on the reference page. */
  readonly expected: string;
  /** A flag without a value (`--secrets-watch`) says true. */
  readonly isSwitch: boolean;
  /** Undefined: the text is not what {@link expected} says. */
  readonly read: (text: string) => T | undefined;
  /** JSON Schema of the value in the configuration file. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What a row of the table says itself; the rest follows from its kind. */
export interface OptionRow {
  readonly flag: string;
  readonly key: string;
  readonly section: string;
  readonly description: string;
  /** Default: `PAM_OPERATOR_` and the flag in upper snake case. */
  readonly env?: string;
}

type OptionKind<T> = Pick<Option<T>, 'defaultText' | 'expected' | 'read' | 'schema'> & {
  unit?: string;
  isSwitch?: true;
};

function option<T>(row: OptionRow, kind: OptionKind<T>): Option<T> {
  const env = `PAM_OPERATOR_${row.flag.toUpperCase().replaceAll('-', '_')}`;
  return { env, unit: undefined, isSwitch: false, ...row, ...kind };
}

/** Digits only: `1e3`, `0x10`, `1.0` and signs are more likely mistakes than wishes. */
export function integerOption(
  row: OptionRow & { unit?: string; default: number; minimum: number; maximum: number },
): Option<number> {
  const { default: byDefault, minimum, maximum, ...rest } = row;
  return option(rest, {
    defaultText: String(byDefault),
    expected: `a whole number from ${minimum} to ${maximum}`,
    read: (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
      return value >= minimum && value <= maximum ? value : undefined;
    },
    schema: { type: 'integer', minimum, maximum },
  });
}

export function booleanOption(row: OptionRow & { default: boolean }): Option<boolean> {
  const { default: byDefault, ...rest } = row;
  return option(rest, {
    defaultText: String(byDefault),
    expected: 'true or false',
    isSwitch: true,
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    schema: { type: 'boolean' },
  });
}

/** A switch that knows one position; `expected` says why the other one is refused. */
export function alwaysOnOption(row: OptionRow & { expected: string }): Option<true> {
  const { expected, ...rest } = row;
  return option(rest, {
    defaultText: 'true',
    expected,
    isSwitch: true,
    read: (text) => (text === 'true' ? true : undefined),
    schema: { const: true },
  });
}

export function choiceOption<T extends string>(
  row: OptionRow & { default: T; choices: readonly T[] },
): Option<T> {
  const { default: byDefault, choices, ...rest } = row;
  return option(rest, {
    defaultText: byDefault,
    expected: `one of ${choices.join(', ')}`,
    read: (text) => choices.find((choice) => choice === text),
    schema: { enum: choices },
  });
}

export function textOption(
  row: OptionRow & { default: string; expected: string; pattern: RegExp },
): Option<string> {
  const { default: byDefault, expected, pattern, ...rest } = row;
  return option(rest, {
    defaultText: byDefault,
    expected,
    read: (text) => (pattern.test(text) ? text : undefined),
    schema: { type: 'string', pattern: pattern.source },
  });
}

/** Comma list; white space around items and repeated items are dropped. */
export function listOption(row: OptionRow & { expected: string; item: RegExp }): Option<readonly string[]> {
  const { expected, item, ...rest } = row;
  return option(rest, {
    defaultText: '',
    expected,
    read: (text) => {
      const items = text.trim() === '' ? [] : text.split(',').map((part) => part.trim());
      return items.every((part) => item.test(part)) ? [...new Set(items)] : undefined;
    },
    schema: { type: 'array', items: { type: 'string', pattern: item.source } },
  });
}

export function addressOption(row: OptionRow & { default: string }): Option<BindAddress | 'off'> {
  const { default: byDefault, ...rest } = row;
  return option(rest, {
    defaultText: byDefault,
    expected: 'an address such as :8080 or 127.0.0.1:8080, or 0 for off',
    read: parseBindAddress,
    schema: { type: ['string', 'integer'] },
  });
}
