import { createHash } from 'node:crypto';
import type { RecordKind } from './record-kind.ts';

/** PAM documents no maximum; 64 is ours, in the CRD and here. */
const MAX_LENGTH = 64;
const KEPT_LENGTH = 50;
const HASH_LENGTH = 12;

/**
 * The identifier of a resource that declares none: `<prefix>_<namespace>_<name>`, for an SSH key with the
 * suffix `_key`. Kubernetes names hold no underscore, so the parts can always be told apart; a dot, which PAM
 * refuses (error 1053), becomes `__`.
 *
 * Above 64 characters: the first 50, `_`, the first 12 hex digits of the SHA-256 of the full text, `_`. A short
 * identifier never ends in `_` (names and the suffix do not), so a shortened one cannot equal a short one.
 */
export function deriveIdentifier(prefix: string, namespace: string, name: string, kind: RecordKind): string {
  const suffix = kind === 'key' ? '_key' : '';
  const full = `${prefix}_${namespace}_${name.replaceAll('.', '__')}${suffix}`;
  if (full.length <= MAX_LENGTH) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, HASH_LENGTH);
  return `${full.slice(0, KEPT_LENGTH)}_${hash}_`;
}
