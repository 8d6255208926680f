import { fold } from './glob.ts';
import type { InventoryEntry } from './inventory.ts';
import type { InventoryIndex } from './inventory-index.ts';
import type { RecordKind } from './record-kind.ts';

/** What the inventory says about the record that a resource declares. */
export type Ownership =
  /** No record has this identifier or stands at this target: it may be created. */
  | { readonly whose: 'nobody' }
  /** The record has our derived identifier and stands where the spec says. */
  | { readonly whose: 'ours'; readonly entry: InventoryEntry }
  /** Somebody else's: only adoption, with the grant, may take it. */
  | { readonly whose: 'somebody'; readonly entry: InventoryEntry }
  /** It cannot be told which record is meant; `why` is a clause for the message. */
  | { readonly whose: 'unclear'; readonly ids: readonly string[]; readonly why: string };

export interface OwnershipQuestion {
  readonly kind: RecordKind;
  readonly identifier: string;
  /** The identifier stands in the spec; else it is derived and belongs to this resource alone. */
  readonly explicit: boolean;
  readonly username: string;
  readonly hostname: string;
  readonly ip: string;
  /** A valid seal says that the record was ours: then another username is a rename. */
  readonly mayRename?: boolean;
}

/**
 * Whose record is it (design 3.4)? PAM's POST adopts silently: a new identifier with a known (hostname, ip,
 * username) takes that record over, and a known identifier changes whatever carries it. So before the first
 * write the list is asked.
 *
 * | entries with the identifier | entries at (username, hostname) | explicit | → |
 * |---|---|---|---|
 * | several | · | · | unclear |
 * | one, of the other kind | · | · | unclear |
 * | one, with another hostname or ip | · | · | unclear |
 * | one, with another username | · | · | unclear, but a rename under a valid seal |
 * | one, matching | another one besides, same ip | · | unclear |
 * | one, matching | none besides | no | ours |
 * | one, matching | none besides | yes | somebody |
 * | none | one, same ip | · | somebody |
 * | none | several, or another ip | · | unclear |
 * | none | none | · | nobody |
 *
 * An SSH key is matched by its identifier only: PAM's upsert of keys knows no other way.
 */
export function whoseRecord(index: InventoryIndex, question: OwnershipQuestion): Ownership {
  const named = index.byIdentifier(question.identifier);
  if (named.length > 1) return unclear(named, 'several records have this identifier');
  const [entry] = named;
  if (question.kind === 'key') return whoseKey(entry, question);
  const target = index.byTarget(question.username, question.hostname).filter(({ id }) => id !== entry?.id);
  const exact = target.filter(({ ip }) => fold(ip) === fold(question.ip));
  if (entry !== undefined) {
    if (entry.isKey) return unclear([entry], 'an SSH key has this identifier');
    const difference = differs(entry, question);
    if (difference !== undefined)
      return unclear([entry], `the record with this identifier has another ${difference}`);
    if (exact.length > 0)
      return unclear([entry, ...exact], 'several records have this username, hostname and IP');
    return question.explicit ? { whose: 'somebody', entry } : { whose: 'ours', entry };
  }
  const [single] = exact;
  if (single !== undefined && target.length === 1) return { whose: 'somebody', entry: single };
  if (target.length === 0) return { whose: 'nobody' };
  return unclear(
    target,
    exact.length > 1
      ? 'several records have this username, hostname and IP'
      : 'a record has this username and hostname, but another IP',
  );
}

function whoseKey(entry: InventoryEntry | undefined, { explicit }: OwnershipQuestion): Ownership {
  if (entry === undefined) return { whose: 'nobody' };
  if (!entry.isKey) return unclear([entry], 'a credential has this identifier');
  return explicit ? { whose: 'somebody', entry } : { whose: 'ours', entry };
}

function differs(entry: InventoryEntry, question: OwnershipQuestion): string | undefined {
  if (fold(entry.hostname) !== fold(question.hostname)) return 'hostname';
  if (fold(entry.ip) !== fold(question.ip)) return 'IP';
  if (question.mayRename !== true && fold(entry.username) !== fold(question.username)) return 'username';
  return undefined;
}

function unclear(entries: readonly InventoryEntry[], why: string): Ownership {
  return { whose: 'unclear', ids: entries.map(({ id }) => id), why };
}
