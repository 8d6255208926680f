import {
  createHash,
  createHmac,
  createSecretKey,
  type Hmac,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';

/**
 * The key of this installation, kept in a Secret of the operator's namespace. Digests in a status are made with
 * it, so that nobody who reads a status can test guesses of a password against them.
 */
export interface InstallKey {
  /** Names the key in each digest: the first 8 hex digits of the SHA-256 of the key. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

const secretKeys = new WeakMap<InstallKey, KeyObject>();

/** HMAC-SHA256 with the install key. Given its bytes each time, Node would spend four times as long on the key as on the text. */
export function installHmac(key: InstallKey): Hmac {
  let secretKey = secretKeys.get(key);
  if (secretKey === undefined) {
    secretKey = createSecretKey(key.bytes);
    secretKeys.set(key, secretKey);
  }
  return createHmac('sha256', secretKey);
}

/** Whose value a digest is of. Without it, equal passwords of two resources would have equal digests. */
export interface DigestContext {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `content`, `privateKey`, `applied`, `totp`, … */
  readonly field: string;
}

/** `<key id>:<32 hex digits>`: HMAC-SHA256 over the context and the value, cut to 128 bits. */
export function digest(key: InstallKey, context: DigestContext, value: string | Uint8Array): string {
  const hmac = installHmac(key);
  const { kind, namespace, name, field } = context;
  // A length before each part: no two contexts can run together into the same text.
  for (const part of ['v1', kind, namespace, name, field]) hmac.update(`${part.length}:${part}|`);
  hmac.update(value);
  return `${key.id}:${hmac.digest('hex').slice(0, 32)}`;
}

/** What a recorded digest says about a value: a digest of another key says nothing. */
export function compareDigest(
  key: InstallKey,
  recorded: string,
  actual: string,
): 'same' | 'different' | 'unknown' {
  if (!recorded.startsWith(`${key.id}:`)) return 'unknown';
  const left = Buffer.from(recorded);
  const right = Buffer.from(actual);
  return left.length === right.length && timingSafeEqual(left, right) ? 'same' : 'different';
}

/**
 * Identifies a connection in a status without repeating its address: url and tenant, folded. A port that is the default
 * of its scheme makes no other PAM Core.
 */
export function connectionFingerprint(url: string, tenant: string | undefined): string {
  const address = url
    .toLowerCase()
    .replace(/\/+$/, '')
    .replace(/^(https:.*):443$|^(http:.*):80$/, '$1$2');
  const text = `${address}\n${(tenant ?? '').toLowerCase()}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
