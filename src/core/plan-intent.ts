import type { Need } from './decision.ts';
import { compareDigest } from './digest.ts';
import type { UsableMaterial } from './material.ts';
import type { RecordDecision } from './plan-record.ts';
import { groupFields, intentDigest } from './secret-fields.ts';
import type { SecretSource } from './secret-source.ts';
import type { Situation } from './situation.ts';

/** Create, adoption and an unknown outcome are decided by a list that is at most this old (design 3.4). */
const LOOK_UP_AGE_MS = 10_000;

/**
 * A call whose answer never came may be applied up to this long after it ended (design 4.3): a gateway gave up, PAM did
 * not. A different value that is pushed earlier could be overwritten by it.
 */
const SETTLING_MS = 60_000;

/** Monotonic time from which on no push without an answer can be applied late. */
export function settledAtMs({ memory }: Pick<Situation, 'memory'>): number {
  return memory.unansweredAtMs === undefined ? 0 : memory.unansweredAtMs + SETTLING_MS;
}

/** Milliseconds until then; 0: it is over. */
export function settlesInMs(situation: Pick<Situation, 'startedAtMs' | 'memory'>): number {
  return Math.max(0, settledAtMs(situation) - situation.startedAtMs);
}

/** `changeBefore` of a push to a record that the list does not show (disabled and hidden): nothing to compare with. */
export const UNLISTED = 'unlisted';

/**
 * What became of a push whose answer never came, as far as one group of secrets is concerned.
 *
 * - `none`: there is no such push, or it sent other fields only.
 * - `applied`, `notApplied`: of the very values that are to be sent now.
 * - `othersApplied`, `othersNotApplied`, `othersRefused`: of values that the Secret no longer has.
 * - `unsettled`: likewise, but it may still be applied late.
 * - `undecided`: the list that would tell is not whole.
 */
export type IntentOutcome =
  | 'unsettled'
  | 'undecided'
  | 'none'
  | 'applied'
  | 'notApplied'
  | 'othersApplied'
  | 'othersNotApplied'
  | 'othersRefused';

/**
 * The inventory tells: `change` is compared as an opaque text; equal means that nothing touched the record since the
 * intent was written.
 *
 * | intent | known to be refused | `change` against the intent's | → |
 * |---|---|---|---|
 * | none, or of the other group | · | · | none |
 * | of these values | yes | · | notApplied |
 * | of these values | no | same, or unlisted | notApplied |
 * | of these values | no | moved | applied |
 * | of these values, by a create in two POSTs | no | · | notApplied |
 * | of other values, but written over that of a push without an answer | · | · | othersApplied, after the same minute |
 * | of other values | yes | · | othersRefused |
 * | of other values, tried within the last minute | no | · | unsettled |
 * | of other values | no | same | othersNotApplied |
 * | of other values | no | moved, or unlisted | othersApplied |
 */
export function resolveIntent(
  situation: Situation,
  record: RecordDecision,
  material: UsableMaterial,
  group: SecretSource['group'],
): Need | IntentOutcome {
  const { resource, memory, inventory, startedAtMs, connection } = situation;
  const { pending } = resource.status;
  if (pending === undefined) return 'none';
  const about = intentOf(situation, material, group, pending.digest);
  if (about === 'otherGroup') return 'none';
  const own = about === 'thisGroup';
  const overtook = memory.unansweredDigest !== undefined && memory.unansweredDigest !== pending.digest;
  if (pending.digest === memory.refusedDigest && own) return 'notApplied';
  if (pending.digest === memory.refusedDigest && !overtook) return 'othersRefused';
  const notBeforeMs = Math.max(memory.writeEndedAtMs, startedAtMs - LOOK_UP_AGE_MS);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (!inventory.inventory.complete) return 'undecided';
  const change = record.entry?.change;
  const unlisted = change === undefined || pending.changeBefore === UNLISTED;
  if (!own && settlesInMs(situation) > 0) return 'unsettled';
  const isUnmoved = !unlisted && change === pending.changeBefore;
  if (!own) return isUnmoved && !overtook ? 'othersNotApplied' : 'othersApplied';
  // A create in two POSTs may have got through with the first one only; the same value once more does no harm.
  const createdInTwo =
    resource.kind === 'credential' &&
    pending.changeBefore === undefined &&
    connection.disabledRecords === 'Hidden';
  return unlisted || createdInTwo || change === pending.changeBefore ? 'notApplied' : 'applied';
}

/** Whose values an intent is of: one push sends one group or both. */
function intentOf(
  { resource, installKey }: Situation,
  material: UsableMaterial,
  group: SecretSource['group'],
  pendingDigest: string,
): 'thisGroup' | 'otherGroup' | 'others' {
  const matches = (...groups: SecretSource['group'][]) => {
    const fields = groups.flatMap((each) => groupFields(resource, installKey, material, each));
    const now = intentDigest(resource, installKey, fields);
    return now !== '' && compareDigest(installKey, pendingDigest, now) === 'same';
  };
  const other = group === 'content' ? 'additional' : 'content';
  if (matches(group) || matches('content', 'additional')) return 'thisGroup';
  return matches(other) ? 'otherGroup' : 'others';
}
