import { type Decision, nothing, type Plan } from './decision.ts';
import type { InstallKey } from './digest.ts';
import type { Failure } from './failure.ts';
import { operationsOf, refusedGrant } from './grants-needed.ts';
import type { ManagedResource } from './managed-resource.ts';
import { whoseRecord } from './ownership.ts';
import { planDeletion } from './plan-deletion.ts';
import type { Situation } from './situation.ts';
import { wantsDisable } from './wake.ts';

const LOOK_UP_AGE_MS = 10_000;

/** In place of the key that is missing: it vouches for nothing, so nothing of a status is believed. */
export const NO_INSTALL_KEY: InstallKey = { id: '', bytes: new Uint8Array(0) };

/**
 * Whether a resource has something to do that needs no install key. A disable waits for nothing but PAM, and the list
 * tells which record it means: the one with the identifier that only this resource derives. What was declared disabled
 * and is said to be so is not repeated, although nobody can vouch for that now: it will be when the key is back.
 */
export function disablesWithoutKey(resource: ManagedResource): boolean {
  const number = resource.kind === 'key' ? resource.spec.id : undefined;
  if (resource.spec.identifier !== undefined || number !== undefined) return false;
  if (resource.deleting) return resource.hasFinalizer && resource.spec.deletionPolicy === 'Disable';
  return wantsDisable(resource);
}

/**
 * The decision without the install key (design 4.3): no write but disables of records with a derived identifier.
 *
 * | resource | record in the list | → |
 * |---|---|---|
 * | deleting | · | see plan-deletion.ts |
 * | suspended, or loses its record to another | · | nothing |
 * | to be disabled | ours | disable, once in this process: without a seal the status cannot say that it is done |
 * | to be disabled | any other | nothing |
 *
 * @param situation of a resource for which {@link disablesWithoutKey} holds, with a status that nothing is believed of
 * @param cause why there is no key; said also when the disable is carried out
 */
export function planWithoutKey(situation: Situation, cause: Failure): Plan {
  const { resource, connection, inventory, rival, memory, startedAtMs, declared } = situation;
  if (resource.deleting) return planDeletion(situation);
  const none: Decision = { ...nothing(), failure: cause };
  if (connection.suspended || resource.spec.suspend === true || rival !== undefined) return none;
  if (memory.disabledAtMs !== undefined) return none;
  const notBeforeMs = Math.max(startedAtMs - LOOK_UP_AGE_MS, memory.writeEndedAtMs);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (!inventory.inventory.complete) return none;
  const ownership = whoseRecord(inventory, { kind: resource.kind, ...declared });
  if (ownership.whose !== 'ours') return none;
  const { entry } = ownership;
  const identifier = entry.identifier ?? declared.identifier;
  const record = {
    exists: true,
    mode: 'update',
    id: entry.id,
    identifier,
    firstContact: true,
    entry,
  } as const;
  const actions = [{ do: 'disable', id: entry.id, always: false } as const];
  const refused = refusedGrant(situation, record, operationsOf(actions));
  return refused === undefined ? { ...none, actions } : { ...nothing(), failure: refused };
}
