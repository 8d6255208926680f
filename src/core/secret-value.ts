import { SecretText } from './secret-text.ts';

/** PAM's documented limit for a password and a passphrase, in code points (pam-core-api 6.3.2, 6.7). */
const MAX_CODE_POINTS = 256;

/** How a value is used decides which bytes are acceptable. */
export interface ValueRules {
  /** What the user calls it in messages: `password`, `passphrase`, … */
  readonly label: string;
  /** Remove one final LF or CRLF (`content.trim: true`) instead of refusing it. */
  readonly trim: boolean;
  /** The field that would allow a final newline, where there is one; named in the message. */
  readonly trimField?: string;
  /** Key files end with a newline and may be long. */
  readonly keyFile?: boolean;
}

export type ValueProblem = { readonly problem: string };

/**
 * Turns the bytes of a Secret's key into text, or says in one sentence why they cannot be used and what to do.
 * A trailing newline is refused rather than removed, because nobody can tell whether it belongs to the password:
 * `kubectl create secret --from-file` and `echo` without `-n` add one.
 */
export function readSecretValue(bytes: Uint8Array, rules: ValueRules): SecretText | ValueProblem {
  const { label } = rules;
  if (bytes.length === 0)
    return { problem: `the ${label} is empty; put a value under this key of the Secret` };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { problem: `the ${label} is not valid UTF-8; store it as UTF-8 text` };
  }
  if (rules.keyFile === true) return new SecretText(text);
  if (rules.trim) text = text.replace(/\r?\n$/, '');
  else if (/[\r\n]$/.test(text)) {
    const or = rules.trimField === undefined ? '' : ` or set \`${rules.trimField}: true\``;
    return { problem: `the ${label} ends with a newline; store it without one${or}` };
  }
  if (text.length === 0)
    return { problem: `the ${label} is only a newline; put a value under this key of the Secret` };
  if ([...text].length > MAX_CODE_POINTS) {
    return {
      problem: `the ${label} is longer than ${MAX_CODE_POINTS} characters, PAM Core's limit; shorten it`,
    };
  }
  return new SecretText(text);
}
