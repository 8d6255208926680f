import { CATALOGUE } from './catalogue.ts';
import type { Decision } from './decision.ts';
import { sentence } from './failure.ts';
import type { ManagedResource } from './managed-resource.ts';
import type { ManagedStatus } from './next-status.ts';
import type { Outcome } from './outcome.ts';

const CHANGED_ELSEWHERE = ' The record was changed in PAM Core since its content was pushed or kept.';
const MAY_BE_INACTIVE = ' It may be inactive, since `spec.enabled` is not set.';

/**
 * What a resource in sync says. What was seen once (a rotation, that the record existed before) is said on until it is
 * true no more, whether or not a later pass sees it again: a message that comes and goes would be a write each time.
 */
export function syncedMessage(
  resource: ManagedResource,
  { changes }: Decision,
  outcome: Outcome,
  content: ManagedStatus['content'],
): string {
  const { enabled } = resource.spec;
  const before = resource.status.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
  const synced = sentence(CATALOGUE.Synced.explanation);
  const isKnownAnew =
    outcome.contentSent ||
    outcome.additionalSent ||
    outcome.foundExisting ||
    (changes.fields ?? []).length > 0;
  const saysChanged = changes.changedElsewhere === true || before.includes(CHANGED_ELSEWHERE);
  const changed = content !== undefined && !isKnownAnew && saysChanged ? CHANGED_ELSEWHERE : '';
  const states = [content?.state, ...(content?.fields ?? []).map(({ state }) => state)];
  if (states.includes('Presumed')) {
    return `${synced} The answer to the last push never came, but the record changed, so it is presumed applied; a force-sync pushes again.${changed}`;
  }
  const isKept = states.includes('Kept');
  // Without content nothing in the status tells that the record was there before.
  const existed = isKept || changes.foundRecord === true || before.includes(MAY_BE_INACTIVE);
  const inactive = existed && enabled === undefined ? MAY_BE_INACTIVE : '';
  const kept = ' The record existed already and keeps its content until the Secret changes or a force-sync.';
  return `${synced}${isKept ? kept : ''}${changed}${inactive}`;
}
