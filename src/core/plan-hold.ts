import type { Need } from './decision.ts';
import { type Failure, problem } from './failure.ts';
import { inventoryIncomplete } from './inventory-incomplete.ts';
import type { ManagedResource } from './managed-resource.ts';
import type { MaterialField } from './material.ts';
import type { RecordDecision } from './plan-record.ts';
import type { FieldRecord } from './recorded-change.ts';
import { recordedField } from './recorded-content.ts';
import type { Situation } from './situation.ts';

/** What happens to one group of secret parts. */
export interface GroupDecision {
  readonly send: boolean;
  readonly fields: readonly FieldRecord[];
  readonly pushed: readonly MaterialField[];
  /** Names of fields whose value is held back, and of those whose hold has ended. */
  readonly heldFields: readonly string[];
  readonly releasedFields: readonly string[];
  readonly resolved: boolean;
  readonly notApplied: boolean;
  /** The list shows that the push of these very values was applied. */
  readonly presumed?: boolean;
  /** An earlier value may still be applied late: nothing is sent yet. */
  readonly unsettled?: boolean;
  /** `change` as the list shows it that a push without an answer was found in. */
  readonly baseline?: string;
  readonly held?: Failure;
}

export const LEAVE_GROUP: GroupDecision = {
  send: false,
  fields: [],
  pushed: [],
  heldFields: [],
  releasedFields: [],
  resolved: false,
  notApplied: false,
};

/** A list that is not whole does not tell whether the values may go out. */
export const UNDECIDED: GroupDecision = { ...LEAVE_GROUP, held: inventoryIncomplete() };

export type PushPolicy = 'OnChange' | 'Override' | 'Once';

export function pushPolicy(resource: ManagedResource): PushPolicy {
  return (resource.kind === 'credential' ? resource.spec.content?.push : resource.spec.push) ?? 'OnChange';
}

/**
 * A changed Secret, or an edit that takes the key along, is held back where PAM or a person changed the record: pushing
 * could part vault and device.
 */
export function hold(
  { inventory, seenAtMs, memory, resource }: Situation,
  record: RecordDecision,
  policy: PushPolicy,
  fields: readonly MaterialField[],
  otherwise: GroupDecision,
  what = 'the new value of the Secret',
): Need | GroupDecision {
  const notBeforeMs = Math.max(seenAtMs, memory.writeEndedAtMs);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (policy === 'Override') return otherwise;
  if (!inventory.inventory.complete) return UNDECIDED;
  const { entry } = record;
  const { pending, content } = resource.status;
  // An own push without an answer may have moved `change`; what it moved is no rotation.
  const ownPush =
    pending !== undefined &&
    pending.digest !== memory.refusedDigest &&
    entry?.change !== pending.changeBefore;
  const baseline = ownPush ? undefined : content?.change;
  const rotated = baseline !== undefined && entry?.change !== undefined && entry.change !== baseline;
  const stillHeld = fields.some(({ field }) => recordedField(resource, field)?.state === 'Pending');
  if (entry?.automaticChange !== true && !rotated && !stillHeld) return otherwise;
  const why =
    entry?.automaticChange === true
      ? 'PAM Core rotates the password of this record by itself'
      : 'The record was changed in PAM Core since the last push';
  return {
    ...LEAVE_GROUP,
    heldFields: fields.map(({ field }) => field),
    held: problem('RotatedElsewhere', `${why}, so ${what} is held back`),
  };
}
