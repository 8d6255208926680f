export type SafeFields = Record<string, string | number | boolean>;

/** Long enough for every name of Kubernetes and PAM Core; what is longer is not a name. */
const MAX_VALUE = 256;
/** The operator's own sentences are shorter; a longer one came from somewhere else. */
const MAX_MESSAGE = 512;

/**
 * Copies the scalars whose names are in `allowed`, each at most 256 characters long, into a new object.
 * `dropped` counts what was left behind. An instance of a class (an error, a response) is no set of fields:
 * nothing of it is copied, whatever its properties are called.
 */
export function safeFields(
  fields: unknown,
  allowed: ReadonlySet<string>,
): { readonly kept: SafeFields; readonly dropped: number } {
  const kept: SafeFields = {};
  if (fields === undefined) {
    return { kept, dropped: 0 };
  }
  if (!isPlain(fields)) {
    return { kept, dropped: 1 };
  }
  let dropped = 0;
  for (const [name, value] of Object.entries(fields)) {
    const safe = allowed.has(name) ? safeScalar(value) : undefined;
    if (safe !== undefined) {
      kept[name] = safe;
    } else if (value !== undefined) {
      dropped++;
    }
  }
  return { kept, dropped };
}

/** The message of a log line; what is no text (an error through a cast) is not printed. */
export function safeMessage(message: unknown): string {
  return typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : 'Logged something that is no text';
}

function safeScalar(value: unknown): string | number | boolean | undefined {
  switch (typeof value) {
    case 'string':
      return value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE - 1)}…` : value;
    case 'number':
      // JSON knows neither NaN nor infinity.
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString().slice(0, MAX_VALUE);
    default:
      return undefined;
  }
}

function isPlain(fields: unknown): fields is object {
  if (typeof fields !== 'object' || fields === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(fields);
  return prototype === Object.prototype || prototype === null;
}
