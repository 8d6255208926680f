import type { KeyObject } from 'node:crypto';
import { ed25519Key, lockedKey, otherKey, passphrase } from './fixture-keys.ts';

function armoured(bytes: Uint8Array, label: string): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function bytesOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
}

/** The locked key with another number of rounds: 4 bytes behind the salt of the KDF options. */
export function withRounds(rounds: number): string {
  const bytes = bytesOf(lockedKey.privateKey);
  const options = bytes.indexOf('bcrypt') + 'bcrypt'.length + 4;
  const saltLength = bytes.readUInt32BE(options);
  bytes.writeUInt32BE(rounds, options + 4 + saltLength);
  return armoured(bytes, 'OPENSSH PRIVATE KEY');
}

/** An encrypted PKCS#8 key whose two bytes of iterations (2048) are four; the lengths around them grow by two. */
export function withIterations(privateKey: KeyObject, iterations: number): string {
  const bytes = bytesOf(
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }) as string,
  );
  const at = bytes.indexOf(Buffer.from([0x02, 0x02, 0x08, 0x00]));
  const count = Buffer.alloc(6);
  count.writeUInt16BE(0x0204, 0);
  count.writeUInt32BE(iterations, 2);
  const longer = Buffer.concat([bytes.subarray(0, at), count, bytes.subarray(at + 4)]);
  // Outer SEQUENCE (two bytes of length), AlgorithmIdentifier, PBES2 parameters, KDF, PBKDF2 parameters.
  longer.writeUInt16BE(longer.readUInt16BE(2) + 2, 2);
  for (const tag of sequencesAround(longer, at)) longer.writeUInt8(longer.readUInt8(tag + 1) + 2, tag + 1);
  return armoured(longer, 'ENCRYPTED PRIVATE KEY');
}

/**
 * Offsets of the SEQUENCEs inside the outer one that hold the given offset. Goes from element to element: one
 * byte of 0x30 in the random salt must not be taken for a SEQUENCE.
 */
function sequencesAround(bytes: Buffer, inner: number): number[] {
  const found: number[] = [];
  for (let at = 4; at < inner; ) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (end > inner) found.push(at);
    at = end > inner ? at + 2 : end;
  }
  return found;
}

/** The ed25519 key file with the public half of another key in both places where it stands alone. */
export function withForeignHalf(): string {
  const bytes = bytesOf(ed25519Key.privateKey);
  const own = Buffer.from(ed25519Key.publicKey.split(' ')[1] ?? '', 'base64').subarray(-32);
  const foreign = Buffer.from(otherKey.publicKey.split(' ')[1] ?? '', 'base64').subarray(-32);
  for (let at = bytes.indexOf(own); at !== -1; at = bytes.indexOf(own, at + 1)) foreign.copy(bytes, at);
  return armoured(bytes, 'OPENSSH PRIVATE KEY');
}
