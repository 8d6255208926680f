import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import sshpk from 'sshpk';
import type { KeyPair, KeyPairProblem } from './key-pair.ts';

/** Texts of one key pair; runs off the main thread, since a hostile key can ask for minutes of derivation. */
export interface KeyTexts {
  readonly privateKey: string;
  readonly passphrase?: string;
  readonly publicKey?: string;
}

/** sshpk's comment for a key that has none. */
const unnamed = '(unnamed)';

/**
 * Reads a private key (OpenSSH, PKCS#1, SEC1, PKCS#8, encrypted or not) and its public half: the one given,
 * which must belong to it, else the one derived from it. Synchronous and total.
 */
export function parseKeyPair({ privateKey, passphrase, publicKey }: KeyTexts): KeyPair | KeyPairProblem {
  const parsed = parsePrivate(privateKey, passphrase);
  if ('problem' in parsed) return parsed;
  if (!isWhole(parsed.key)) return { problem: 'mismatch' };

  const own = parsed.key.toPublic();
  const fingerprint = own.fingerprint('sha256').toString();
  if (publicKey === undefined)
    return { publicKey: toLine(own, parsed.key.comment), fingerprint, type: typeOf(own) };

  const given = parsePublic(publicKey);
  if (given === undefined) return { problem: 'publicUnreadable' };
  if (given.fingerprint('sha256').toString() !== fingerprint) return { problem: 'mismatch' };
  return { publicKey: toLine(given, given.comment), fingerprint, type: typeOf(own) };
}

function parsePrivate(
  text: string,
  passphrase: string | undefined,
): { readonly key: sshpk.PrivateKey } | KeyPairProblem {
  // Everything that PAM takes is armoured; sshpk would also guess at raw and PuTTY formats.
  if (!/^\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return { problem: 'unreadable' };
  try {
    return { key: sshpk.parsePrivateKey(text, 'pem') };
  } catch (error) {
    if (!isEncrypted(error)) return { problem: 'unreadable' };
  }
  if (passphrase === undefined) return { problem: 'needsPassphrase' };
  try {
    return { key: sshpk.parsePrivateKey(text, 'pem', { passphrase }) };
  } catch {
    // A cipher that sshpk does not know has failed above, before the passphrase was asked for.
    return { problem: 'wrongPassphrase' };
  }
}

/** sshpk wraps what its formats throw. */
function isEncrypted(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    if (current.name === 'KeyEncryptedError') return true;
    current = 'innerErr' in current ? current.innerErr : undefined;
  }
  return false;
}

function parsePublic(text: string): sshpk.Key | undefined {
  // A private key in the public key's place must not be read as one, let alone be sent as one.
  if (/PRIVATE KEY/.test(text)) return undefined;
  try {
    return sshpk.parseKey(text.trim(), 'auto');
  } catch {
    return undefined;
  }
}

/** An OpenSSH file holds its public half beside the private one: a signature tells whether they belong together. */
function isWhole(key: sshpk.PrivateKey): boolean {
  try {
    const probe = Buffer.from('probe');
    const hash = key.type === 'ed25519' ? null : 'sha256';
    const signature = sign(hash, probe, createPrivateKey(key.toString('pkcs8')));
    return verify(hash, probe, createPublicKey(key.toPublic().toString('pkcs8')), signature);
  } catch {
    return false;
  }
}

/** One line without its end. A comment is kept as far as it is printable and fits on the line. */
function toLine(key: sshpk.Key, comment: string | undefined): string {
  const [type, base64] = key.toString('ssh').split(/\s+/);
  const kept =
    comment === undefined || comment === unnamed ? '' : comment.replace(/[^\x20-\x7e]/g, '').trim();
  return `${type} ${base64}${kept === '' ? '' : ` ${kept.slice(0, 256)}`}`;
}

function typeOf(key: sshpk.Key): string {
  return key.toString('ssh').split(/\s+/, 1)[0] ?? '';
}
