/**
 * A secret value on its way from a Kubernetes Secret to PAM Core. Whatever prints it (template strings, JSON,
 * `util.inspect`, a logger) prints `[redacted]`; only {@link SecretText.reveal} gives the value, and only
 * the wire format of `src/pam` and the digest call it.
 */
export class SecretText {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  /** Node's `util.inspect` looks for this well-known symbol; naming it needs no import. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}
