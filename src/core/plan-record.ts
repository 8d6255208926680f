import type { Need } from './decision.ts';
import { type Failure, problem } from './failure.ts';
import { fold } from './glob.ts';
import { anyOperationGranted } from './grants-needed.ts';
import type { InventoryEntry } from './inventory.ts';
import { inventoryIncomplete } from './inventory-incomplete.ts';
import { whoseRecord } from './ownership.ts';
import type { RecordedChange } from './recorded-change.ts';
import type { Situation } from './situation.ts';

/** Create and adopt are decided by a list that is at most this old (design 3.4). */
const LOOK_UP_AGE_MS = 10_000;

/** Which record this pass is about. */
export type RecordDecision = ExistingRecord | NewRecord;

interface ExistingRecord {
  readonly exists: true;
  readonly mode: 'update' | 'adopt';
  readonly id: string;
  readonly identifier: string;
  /** Met for the first time: its content is kept. */
  readonly firstContact: boolean;
  readonly entry?: InventoryEntry;
}

interface NewRecord {
  readonly exists: false;
  readonly mode: 'create';
  readonly id?: undefined;
  readonly identifier: string;
  readonly firstContact: true;
  readonly entry?: undefined;
}

export function decideRecord(
  situation: Situation,
): Need | { readonly failure: Failure; readonly changes?: RecordedChange } | RecordDecision {
  const { resource, declared, inventory } = situation;
  const { status } = resource;
  const known = knownRecord(situation);
  const entry = known === undefined ? undefined : inventory?.byId(known.id);
  const renamed = known !== undefined && isRenamed(situation, known);
  if (known !== undefined && !situation.memory.gone && !renamed) {
    return {
      exists: true,
      mode: 'update',
      ...known,
      firstContact: false,
      ...(entry !== undefined && { entry }),
    };
  }
  // Gone, or the id is somebody else's now and never used again: the identifier is looked up once more.
  const refused = anyOperationGranted(situation);
  if (refused !== undefined) return { failure: refused };
  // What this process wrote, for whichever resource, is in the list that decides: a resource that is deleted and
  // applied anew, or that takes a record over, would else create what is there, and push over its content.
  const notBeforeMs = Math.max(
    situation.startedAtMs - LOOK_UP_AGE_MS,
    situation.memory.writeEndedAtMs,
    situation.claimWrittenAtMs ?? 0,
  );
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (!inventory.inventory.complete) {
    return { failure: inventoryIncomplete() };
  }

  // It is back, or the list that missed it was wrong.
  if (known !== undefined && entry !== undefined && !renamed)
    return { exists: true, mode: 'update', ...known, firstContact: false, entry };

  const ownership = whoseRecord(inventory, {
    kind: resource.kind,
    ...declared,
    mayRename: situation.seal === 'valid' && status.id !== undefined,
  });
  if (known !== undefined && !resource.forced && ownership.whose !== 'ours') {
    const what = renamed ? 'now has another identifier in PAM Core' : "is no longer in PAM Core's list";
    return { failure: problem('RecordGone', `Record ${known.id} ${what}`) };
  }
  switch (ownership.whose) {
    case 'unclear':
      return {
        failure: problem('Conflict', `${ownership.why} in PAM Core (${plural('id', ownership.ids)})`),
      };
    case 'nobody':
      // Any trace of an earlier record is enough to refrain from creating a second one.
      if (resource.trace && !resource.forced) {
        const record = status.id === undefined ? 'The record' : `Record ${status.id}`;
        return { failure: problem('RecordGone', `${record} is no longer in PAM Core's list`) };
      }
      return { exists: false, mode: 'create', identifier: declared.identifier, firstContact: true };
    case 'ours':
      return existing(ownership.entry, 'update', declared.identifier);
    case 'somebody': {
      if (isOwnCreate(situation, ownership.entry))
        return existing(ownership.entry, 'update', declared.identifier);
      if (resource.spec.adoptionPolicy !== 'Adopt') {
        return {
          failure: problem(
            'AdoptionRequired',
            `${describe(ownership.entry, declared.identifier)} exists already in PAM Core`,
          ),
        };
      }
      return existing(ownership.entry, 'adopt', ownership.entry.identifier ?? declared.identifier);
    }
  }
}

/** The record that the status names, if it may be used: same connection, and PAM did not say that the id is gone. */
export function knownRecord({
  resource,
  connection,
  memory,
}: Pick<Situation, 'resource' | 'connection' | 'memory'>):
  | { readonly id: string; readonly identifier: string }
  | undefined {
  const { id, identifier, connectionFingerprint } = resource.status;
  if (id === undefined || id === memory.refutedId || connectionFingerprint !== connection.fingerprint)
    return undefined;
  // Only a key that is declared by its number may lack an identifier.
  const byNumber = resource.kind === 'key' && resource.spec.id === id;
  return identifier === undefined && !byNumber ? undefined : { id, identifier: identifier ?? '' };
}

/**
 * The list shows the id under another identifier: it is somebody else's by now (PAM Core was restored, or the record
 * renamed) and never used. Where no list was asked for, the last one decides.
 */
export function isRenamed(
  { inventory, lastInventory }: Pick<Situation, 'inventory' | 'lastInventory'>,
  known: { readonly id: string; readonly identifier: string },
): boolean {
  const entry = (inventory ?? lastInventory)?.byId(known.id);
  return entry?.identifier !== undefined && fold(entry.identifier) !== fold(known.identifier);
}

/** A create was begun and not confirmed: its intent names no earlier `change`, since there was no record. */
export function isPendingCreate({ resource }: Pick<Situation, 'resource'>): boolean {
  const { pending } = resource.status;
  return pending !== undefined && pending.changeBefore === undefined;
}

/** Our own create under an explicit identifier whose answer never came: before it the record did not exist. */
export function isOwnCreate(
  { resource, declared }: Pick<Situation, 'resource' | 'declared'>,
  entry: InventoryEntry,
): boolean {
  return declared.explicit && isPendingCreate({ resource }) && sameIdentifier(entry, declared.identifier);
}

function existing(entry: InventoryEntry, mode: 'update' | 'adopt', identifier: string): RecordDecision {
  return { exists: true, mode, id: entry.id, identifier, firstContact: true, entry };
}

function sameIdentifier(entry: InventoryEntry, identifier: string): boolean {
  return entry.identifier !== undefined && fold(entry.identifier) === fold(identifier);
}

/** Names the id only: what else the list says about somebody's record is not for every reader of a status. */
function describe(entry: InventoryEntry, identifier: string): string {
  const match = sameIdentifier(entry, identifier) ? 'this identifier' : 'this username, hostname and IP';
  return `Record ${entry.id} with ${match}`;
}

function plural(word: string, values: readonly string[]): string {
  return `${word}${values.length === 1 ? '' : 's'} ${values.join(', ')}`;
}
