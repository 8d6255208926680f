import { foldAccents } from './glob.ts';
import type { DeclaredRecord } from './managed-resource.ts';
import { mapKey } from './map-key.ts';
import type { RecordKind } from './record-kind.ts';

/** A resource that lays claim to a record. */
export interface Claimant {
  readonly uid: string;
  readonly kind: RecordKind;
  readonly namespace: string;
  readonly name: string;
  /** RFC 3339, whole seconds. */
  readonly createdAt: string;
  /** Its sealed status names a record, or a create that was begun: it holds the record already. */
  readonly holds: boolean;
}

/**
 * Under which names a resource claims its record on one PAM: the identifier, across both kinds, since they share one
 * sequence of ids, and for a credential its username and hostname, because PAM's upsert matches by them too. Compared
 * folded: case, width and composition do not make another record.
 */
export function claimNames(
  fingerprint: string,
  kind: RecordKind,
  declared: DeclaredRecord,
): readonly string[] {
  const names = [mapKey('\n', fingerprint, 'identifier', foldAccents(declared.identifier))];
  if (kind === 'credential') {
    names.push(
      mapKey('\n', fingerprint, 'target', foldAccents(declared.username), foldAccents(declared.hostname)),
    );
  }
  return names;
}

/**
 * Who has the record. Who holds it already wins, else the older resource, else the lower UID: every replica and every
 * restart decides alike. Absent where nobody claims.
 */
export function winnerOf(claimants: readonly Claimant[]): Claimant | undefined {
  return claimants.reduce<Claimant | undefined>(
    (best, candidate) => (best === undefined || precedes(candidate, best) ? candidate : best),
    undefined,
  );
}

function precedes(left: Claimant, right: Claimant): boolean {
  if (left.holds !== right.holds) return left.holds;
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt;
  return left.uid < right.uid;
}
