import type { Action } from './action.ts';
import { type Decision, nothing, type Plan } from './decision.ts';
import { type Failure, sentence } from './failure.ts';
import { operationsOf, refusedGrant } from './grants-needed.ts';
import type { InventoryEntry } from './inventory.ts';
import { inventoryIncomplete } from './inventory-incomplete.ts';
import { type Ownership, whoseRecord } from './ownership.ts';
import { isRenamedKey } from './plan-key-by-id.ts';
import { isOwnCreate, isRenamed, knownRecord, type RecordDecision } from './plan-record.ts';
import type { Situation } from './situation.ts';

const LOOK_UP_AGE_MS = 10_000;

/**
 * The decision for a resource that is being deleted. It needs neither the Secret nor a valid spec.
 *
 * | finalizer | policy | suspended | record | → |
 * |---|---|---|---|---|
 * | no | · | · | · | nothing |
 * | yes | Retain | · | · | removeFinalizer |
 * | yes | Disable | yes | · | held as `Suspended` |
 * | yes | Disable | no | known, or ours in the list | disable, removeFinalizer |
 * | yes | Disable | no | our own create without an answer | disable, removeFinalizer |
 * | yes | Disable | no | known by its number (`spec.id`), in the list | disable, removeFinalizer |
 * | yes | Disable | no | known by its number, which is another key's now | removeFinalizer |
 * | yes | Disable | no | nobody's, somebody's, unclear | removeFinalizer: touch only what is ours |
 *
 * A disable that fails or is not granted holds the finalizer; see {@link deletionBlocked}.
 */
export function planDeletion(situation: Situation): Plan {
  const { resource, connection, inventory } = situation;
  if (!resource.hasFinalizer) return nothing();
  const letGo: Decision = { ...nothing(), actions: [{ do: 'removeFinalizer' }] };
  if (resource.spec.deletionPolicy !== 'Disable') return letGo;
  // The record is another resource's: whoever lost it makes no call, not even now.
  if (situation.rival !== undefined) return letGo;
  if (connection.suspended || resource.spec.suspend === true) return { ...nothing(), suspended: true };

  const number = resource.kind === 'key' ? resource.spec.id : undefined;
  const known = knownRecord(situation);
  // What a key by its number may touch is asked for what the list says of it, so there the list is needed.
  if (known !== undefined && number === undefined && !isRenamed(situation, known))
    return disable(situation, { exists: true, mode: 'update', firstContact: false, ...known });

  const notBeforeMs = Math.max(situation.startedAtMs - LOOK_UP_AGE_MS, situation.memory.writeEndedAtMs);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (!inventory.inventory.complete) {
    return blocked(inventoryIncomplete());
  }
  if (number !== undefined) {
    const entry = known === undefined ? undefined : inventory.byId(number);
    if (known === undefined || entry?.isKey !== true || isRenamedKey(situation, number)) return letGo;
    const declared = { ...situation.declared, username: entry.username, hostname: entry.hostname };
    const record = { exists: true, mode: 'update', ...known, firstContact: false, entry } as const;
    return disable({ ...situation, declared }, record);
  }
  const ownership = whoseRecord(inventory, { kind: resource.kind, ...situation.declared });
  const entry = ownEntry(situation, ownership);
  if (entry === undefined) return letGo;
  const identifier = entry.identifier ?? situation.declared.identifier;
  return disable(situation, {
    exists: true,
    mode: 'update',
    id: entry.id,
    identifier,
    firstContact: true,
    entry,
  });
}

function ownEntry(situation: Situation, ownership: Ownership): InventoryEntry | undefined {
  if (ownership.whose === 'ours') return ownership.entry;
  const own = ownership.whose === 'somebody' && isOwnCreate(situation, ownership.entry);
  return own ? ownership.entry : undefined;
}

/** Why the finalizer stays, and how to let go. The class of the cause decides when it is tried again. */
export function deletionBlocked(cause: Failure): Failure {
  return {
    ...cause,
    reason: 'DeletionBlocked',
    message: `${sentence(cause.message)} The finalizer stays until the record is disabled; to let go of it as it is, set \`spec.deletionPolicy: Retain\`.`,
  };
}

function disable(situation: Situation, record: RecordDecision & { readonly exists: true }): Decision {
  const actions: Action[] = [
    { do: 'countDeletion' },
    { do: 'disable', id: record.id, always: false },
    { do: 'removeFinalizer' },
  ];
  const refused = refusedGrant(situation, record, operationsOf(actions));
  return refused === undefined ? { ...nothing(), actions } : blocked(refused);
}

function blocked(cause: Failure): Decision {
  return { ...nothing(), failure: deletionBlocked(cause) };
}
