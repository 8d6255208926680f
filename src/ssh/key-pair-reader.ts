import type { KeyPair, KeyPairProblem } from './key-pair.ts';
import { askKeyThread } from './key-threads.ts';
import type { KeyTexts } from './parse-key-pair.ts';

/** A key pair as it comes from Secrets. */
export interface KeyPairInput {
  readonly privateKey: Uint8Array | string;
  readonly passphrase?: string;
  /** Absent: derived from the private key. */
  readonly publicKey?: string;
}

/** Bounds of one reading. */
export interface KeyPairReading {
  /** From the moment at which a thread takes the key; 2000 by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Far above every real key (an RSA key of 16384 bits has 13 KB), far below what hurts a parser. */
const maxBytes = 64 * 1024;
/**
 * Reads a key pair in a thread of its own, which is ended when the key takes longer than `timeoutMs`: a hostile
 * key can ask for minutes of key derivation. Rejects with the signal's reason when aborted, and in no other case.
 */
export async function readKeyPair(
  input: KeyPairInput,
  { timeoutMs = 2_000, signal }: KeyPairReading = {},
): Promise<KeyPair | KeyPairProblem> {
  signal?.throwIfAborted();
  const { privateKey, passphrase, publicKey } = input;
  if (Buffer.byteLength(privateKey) > maxBytes || Buffer.byteLength(publicKey ?? '') > maxBytes) {
    return { problem: 'tooLarge' };
  }
  const texts: KeyTexts = {
    // Armour is ASCII; one character per byte keeps whatever else it is unreadable.
    privateKey: typeof privateKey === 'string' ? privateKey : Buffer.from(privateKey).toString('latin1'),
    ...(passphrase !== undefined && { passphrase }),
    ...(publicKey !== undefined && { publicKey }),
  };
  const answer = await askKeyThread(texts, timeoutMs, signal);
  signal?.throwIfAborted();
  if (answer === 'late') return { problem: 'tooSlow' };
  // The thread ran out of memory: no real key does that.
  return answer === 'dead' ? { problem: 'unreadable' } : answer;
}
