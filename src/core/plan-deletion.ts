import type { Action } from './action.ts';
import { type Decision, nothing, type Plan } from './decision.ts';
import { type Failure, problem, sentence } from './failure.ts';
import { operationsOf, refusedGrant } from './grants-needed.ts';
import { whoseRecord } from './ownership.ts';
import { knownRecord, type RecordDecision } from './plan-record.ts';
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
 * | yes | Disable | no | nobody's, somebody's, unclear | removeFinalizer: touch only what is ours |
 *
 * A disable that fails or is not granted holds the finalizer; see {@link deletionBlocked}.
 */
export function planDeletion(situation: Situation): Plan {
  const { resource, connection, inventory } = situation;
  if (!resource.hasFinalizer) return nothing();
  const letGo: Decision = { ...nothing(), actions: [{ do: 'removeFinalizer' }] };
  if (resource.spec.deletionPolicy !== 'Disable') return letGo;
  if (connection.suspended || resource.spec.suspend === true) return { ...nothing(), suspended: true };

  const known = knownRecord(situation);
  if (known !== undefined)
    return disable(situation, { exists: true, mode: 'update', firstContact: false, ...known });

  const notBeforeMs = Math.max(situation.startedAtMs - LOOK_UP_AGE_MS, situation.memory.writeEndedAtMs);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (!inventory.inventory.complete) {
    return blocked(
      problem('InventoryIncomplete', "PAM Core's list has not as many entries as it says itself"),
    );
  }
  const ownership = whoseRecord(inventory, { kind: resource.kind, ...situation.declared });
  if (ownership.whose !== 'ours') return letGo;
  const { entry } = ownership;
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

/** Why the finalizer stays, and how to let go. The class of the cause decides when it is tried again. */
export function deletionBlocked(cause: Failure): Failure {
  return {
    ...cause,
    reason: 'DeletionBlocked',
    message: `${sentence(cause.message)} The finalizer stays until the record is disabled; to let go of it as it is, set \`spec.deletionPolicy: Retain\`.`,
  };
}

function disable(situation: Situation, record: RecordDecision & { readonly exists: true }): Decision {
  const actions: Action[] = [{ do: 'disable', id: record.id, always: false }, { do: 'removeFinalizer' }];
  const refused = refusedGrant(situation, record, operationsOf(actions));
  return refused === undefined ? { ...nothing(), actions } : blocked(refused);
}

function blocked(cause: Failure): Decision {
  return { ...nothing(), failure: deletionBlocked(cause) };
}
