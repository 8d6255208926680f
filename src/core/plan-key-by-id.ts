import type { Action } from './action.ts';
import { nothing, type Plan } from './decision.ts';
import { problem } from './failure.ts';
import { operationsOf, refusedGrant } from './grants-needed.ts';
import { inventoryIncomplete } from './inventory-incomplete.ts';
import { isRenamed } from './plan-record.ts';
import { toggles } from './plan-toggle.ts';
import type { Situation } from './situation.ts';

const LOOK_UP_AGE_MS = 10_000;

/**
 * An SSH key that was created elsewhere and of which only the number is known (`spec.id`): it is enabled and
 * disabled, never written (the activate/deactivate use of the vendor's page). What it may touch is asked for what
 * the list says about it; without an entry there is no call.
 */
export function planKeyById(situation: Situation, id: string): Plan {
  const { resource, inventory, memory, startedAtMs } = situation;
  const known =
    resource.status.id === id && resource.status.connectionFingerprint === situation.connection.fingerprint;
  const toggle = toggles(resource, { exists: true, id }, situation.seal);
  const wantsFinalizer = resource.spec.deletionPolicy === 'Disable';
  const finalizer: Action[] =
    wantsFinalizer === resource.hasFinalizer
      ? []
      : [{ do: wantsFinalizer ? 'addFinalizer' : 'removeFinalizer' }];
  const renamed = known && isRenamedKey(situation, id);
  if (known && !renamed && toggle.edge === undefined) return { ...nothing(), actions: finalizer };

  const notBeforeMs = Math.max(startedAtMs - LOOK_UP_AGE_MS, memory.writeEndedAtMs);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  const entry = inventory.byId(id);
  if (entry === undefined && !inventory.inventory.complete) {
    return { ...nothing(), failure: inventoryIncomplete() };
  }
  if (entry === undefined) {
    return {
      ...nothing(),
      failure: problem('RecordNotFound', `PAM Core's list shows no record ${id} (\`spec.id\`)`),
    };
  }
  if (!entry.isKey) {
    return {
      ...nothing(),
      failure: problem('WrongRecordKind', `Record ${id} (\`spec.id\`) is a credential, not an SSH key`),
    };
  }
  if (renamed)
    return {
      ...nothing(),
      failure: problem('RecordGone', `Record ${id} now has another identifier in PAM Core`),
    };
  const identifier = entry.identifier ?? '';
  const toggled: Action[] =
    toggle.edge === 'disable'
      ? [{ do: 'disable', id, always: false }]
      : toggle.edge === 'enable'
        ? [{ do: 'enable', id, unlessRegistered: false }]
        : [];
  const declared = { ...situation.declared, username: entry.username, hostname: entry.hostname };
  const record = { exists: true, mode: 'adopt', id, identifier, firstContact: !known, entry } as const;
  // Adoption itself is asked for, also where nothing is toggled yet.
  const operations = [...(known ? [] : (['Adopt'] as const)), ...operationsOf(toggled)];
  const refused = refusedGrant({ ...situation, declared }, record, operations);
  if (refused !== undefined) return { ...nothing(), failure: refused };
  return {
    ...nothing(),
    actions: [...finalizer, ...toggled],
    changes: {
      id,
      ...(identifier !== '' && { identifier }),
      ...(toggle.assumed === true && { assumeEnabled: true }),
    },
  };
}

/** After a restore of PAM Core the number may be another key's. One that had no identifier may be given one. */
export function isRenamedKey(situation: Situation, id: string): boolean {
  const { identifier } = situation.resource.status;
  return identifier !== undefined && isRenamed(situation, { id, identifier });
}
