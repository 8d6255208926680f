import type { Decision, Plan } from './decision.ts';
import type { ManagedResource } from './managed-resource.ts';
import { pushPolicy } from './plan-hold.ts';
import { settledAtMs, settlesInMs } from './plan-intent.ts';
import type { RecordDecision } from './plan-record.ts';
import { secretSources } from './secret-source.ts';
import type { Situation } from './situation.ts';

/**
 * The baseline of `change` (design 4.3): what the list showed after our last write, so that a later move of `change` is
 * known to be PAM's or a person's. PAM's answers do not carry it, so every own write removes it, and a pass of low
 * priority sets it from the first list that was sent after the write; one list serves all records that wait.
 *
 * | decision | baseline | since the last write | → |
 * |---|---|---|---|
 * | does or awaits something | · | · | as decided |
 * | meets the record and writes nothing | missing | · | what the list of the look-up shows |
 * | finds a push that got no answer in the list | · | · | what that list shows, unless the push may come a second time |
 * | nothing to do | recorded, or not needed | · | as decided |
 * | nothing to do | missing | less than the delay, or a push may still be applied late | come back when it has passed |
 * | nothing to do | missing | more | look at a list that was sent after the write; where there is none, come back |
 * | nothing to do | missing | more, and the list is not whole | come back |
 * | nothing to do | missing, and such a list was looked at | · | as decided: it does not show the record |
 */
export function withBaseline(situation: Situation, record: RecordDecision, decision: Decision): Plan {
  const { resource, memory, inventory, startedAtMs, baselineDelayMs } = situation;
  const idle = decision.actions.length === 0 && decision.failure === undefined && !decision.again;
  if (!idle || !record.exists || decision.settling === true) return decision;
  const settlesMs = settlesInMs(situation);
  const { baseline: shown, ...changes } = decision.changes;
  if (shown !== undefined) {
    if (settlesMs === 0) return decision;
    return { ...decision, changes: { ...changes, baselineLost: true }, laterMs: settlesMs };
  }
  if (record.firstContact) {
    const known = resource.status.content?.change !== undefined;
    return known ? decision : withBaselineOf(decision, record.entry?.change);
  }
  if (!lacksBaseline(resource)) return decision;
  const { writeEndedAtMs } = memory;
  if (memory.baselineSoughtForMs === writeEndedAtMs) return decision;
  const waitedMs = writeEndedAtMs === 0 ? baselineDelayMs : startedAtMs - writeEndedAtMs;
  const dueInMs = Math.max(settlesMs, baselineDelayMs - waitedMs);
  if (dueInMs > 0) return { ...decision, laterMs: dueInMs };
  const notBeforeMs = Math.max(writeEndedAtMs, settledAtMs(situation));
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs) {
    const otherwise = { ...decision, laterMs: baselineDelayMs };
    return { need: 'inventory', notBeforeMs, otherwise };
  }
  if (!inventory.inventory.complete) return { ...decision, laterMs: baselineDelayMs };
  const sought = { ...decision, changes: { ...decision.changes, baselineSought: true } };
  return withBaselineOf(sought, inventory.byId(record.id)?.change);
}

/**
 * Whether the list at hand shows that somebody else changed the record since the baseline. While a push has no answer a
 * move may be its own.
 */
export function isChangedElsewhere(
  { resource, inventory, lastInventory }: Situation,
  record: RecordDecision,
): boolean {
  const { content, pending } = resource.status;
  const index = inventory ?? lastInventory;
  if (!record.exists || pending !== undefined || index?.inventory.complete !== true) return false;
  const change = index.byId(record.id)?.change;
  return content?.change !== undefined && change !== undefined && change !== content.change;
}

function withBaselineOf(decision: Decision, change: string | undefined): Decision {
  if (change === undefined) return decision;
  return { ...decision, changes: { ...decision.changes, baseline: change } };
}

/**
 * `Override` compares nothing. `Once` does: an edit of a key takes the key along, and the policy may be changed. A
 * resource without secret content has nothing to hold back.
 */
export function lacksBaseline(resource: ManagedResource): boolean {
  if (secretSources(resource).length === 0 || pushPolicy(resource) === 'Override') return false;
  const { content } = resource.status;
  return content !== undefined && content.change === undefined;
}
