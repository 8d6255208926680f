import { describe, expect, it } from 'vitest';
import {
  aCredential,
  aKey,
  DERIVED,
  DERIVED_KEY,
  OTHER_INSTALL_KEY,
} from '../support/situation/a-resource.ts';
import { anInventory, NOW } from '../support/situation/an-inventory.ts';
import { type Circumstances, decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';
import { statusAfter } from '../support/situation/status-after.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED, change: 'c1' });
const keyList = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c1' });
const known = aCredential().withSecret('a').known('152');
const content = known.parts.status?.content;
const withChange = known.status({ content: { ...content, change: 'c0' } });
/** The last write ended longer ago than the delay of 30 s, and no list was looked at since. */
const due = { writeEndedAtMs: NOW - 31_000, baselineSoughtForMs: undefined };

interface Row extends Circumstances {
  readonly because: string;
  readonly asked: readonly string[];
  readonly baseline?: string;
  readonly laterMs?: number;
  readonly sought?: true;
  readonly lost?: true;
}

describe('the baseline of `change`', () => {
  const rows: readonly Row[] = [
    {
      because: 'it is what the first list after the delay shows',
      resource: known,
      memory: due,
      list,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    {
      because: 'a key has one too',
      resource: aKey().withSecret('k').known('92'),
      memory: due,
      list: keyList,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    {
      because: 'right after the write nobody waits for it',
      resource: known,
      memory: { ...due, writeEndedAtMs: NOW - 10_000 },
      list,
      asked: [],
      laterMs: 20_000,
    },
    {
      because: 'another process wrote: nothing to wait for',
      resource: known,
      memory: { writeEndedAtMs: 0, baselineSoughtForMs: undefined },
      list,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    {
      because: 'a list that does not show the record (hidden) is looked at, and that is all',
      resource: known,
      memory: due,
      list: anInventory(),
      asked: ['list'],
      sought: true,
    },
    {
      because: 'a list that is not whole is no first list: come back for another one',
      resource: known,
      memory: due,
      list: list.incomplete(),
      asked: ['list'],
      laterMs: 30_000,
    },
    {
      because: 'no second list is asked for after that',
      resource: known,
      memory: { ...due, baselineSoughtForMs: due.writeEndedAtMs },
      list: anInventory(),
      asked: [],
    },
    {
      because: 'a later write makes it due again',
      resource: known,
      memory: { ...due, baselineSoughtForMs: due.writeEndedAtMs - 60_000 },
      list,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    { because: 'it is known', resource: withChange, memory: due, list, asked: [] },
    {
      because: 'Override compares nothing',
      resource: aCredential().withSecret('a', { push: 'Override' }).known('152'),
      memory: due,
      list,
      asked: [],
    },
    {
      because: 'Once has one too: the policy may be changed to one that compares',
      resource: aCredential().withSecret('a', { push: 'Once' }).known('152'),
      memory: due,
      list,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    {
      because: 'so does a key, whose edits take the key along',
      resource: aKey().withSecret('k', { push: 'Once' }).known('92'),
      memory: due,
      list: keyList,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    {
      because: 'without a secret value there is nothing to hold back',
      resource: aCredential().known('152'),
      memory: due,
      list,
      asked: [],
    },
    {
      because: 'secret settings alone have one',
      resource: aCredential().withTotp('t').known('152'),
      memory: due,
      list,
      asked: ['list'],
      baseline: 'c1',
      sought: true,
    },
    {
      because: 'a push that was found in the list has it from there: else the next change would look rotated',
      resource: withChange.withSecret('b').pushUnanswered('c0'),
      list,
      asked: ['Secrets', 'list'],
      baseline: 'c1',
    },
    {
      because: 'but not while that push may come a second time and move `change` again',
      resource: withChange.withSecret('b').pushUnanswered('c0'),
      unansweredForMs: 20_000,
      list,
      asked: ['Secrets', 'list'],
      laterMs: 40_000,
      lost: true,
    },
    {
      because: 'nor after another try of it has got through',
      resource: known,
      memory: { ...due, unansweredAtMs: NOW - 40_000 },
      list,
      asked: [],
      laterMs: 20_000,
    },
    {
      because: 'a key that is met and not written has it from the list of the look-up',
      resource: aKey().withSecret('k'),
      list: keyList,
      asked: ['list', 'Secrets'],
      baseline: 'c1',
    },
    {
      because: 'a key that is met with a new install key keeps the one that it had',
      resource: aKey()
        .withSecret('k')
        .known('92', { id: undefined as unknown as string })
        .status({ content: { state: 'Pushed', digest: 'x', change: 'c0' } }),
      seal: 'otherKey',
      installKey: OTHER_INSTALL_KEY,
      list: keyList,
      asked: ['list', 'Secrets'],
    },
  ];
  it.each(rows)('$because', ({ because: _, asked, baseline, laterMs, sought, lost, ...circumstances }) => {
    const told = decide(circumstances);
    expect(told.asked).toEqual(asked);
    expect(told.steps).toEqual([]);
    expect(told.decision.changes.baseline).toBe(baseline);
    expect(told.decision.changes.baselineSought).toBe(sought);
    expect(told.decision.changes.baselineLost).toBe(lost);
    expect(told.decision.laterMs).toBe(laterMs);
  });
});

describe('a record that somebody else changed since the baseline', () => {
  const refused = withChange.withSecret('b').pushUnanswered('c0').withSecret('a');
  const once = { resource: withChange.withSecret('a', { push: 'Once' }).forceSync(), list };
  interface Seen extends Circumstances {
    readonly because: string;
    readonly changed?: true;
  }
  const rows: readonly Seen[] = [
    { because: '`change` has moved', ...once, changed: true },
    {
      because: '`change` is the baseline',
      ...once,
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c0' }),
    },
    { because: 'there is no baseline', ...once, resource: known.forceSync() },
    { because: 'the list does not show the record', ...once, list: anInventory() },
    {
      because: 'a push without an answer may have moved it',
      resource: refused,
      memory: { refusedDigest: refused.parts.status?.pending?.digest ?? '' },
      lastList: list,
    },
    {
      because: 'the last list that was read is good enough',
      resource: withChange.spec({ additional: 'x' }),
      lastList: list,
      changed: true,
    },
    {
      because: 'a list that is not whole is not',
      resource: withChange.spec({ additional: 'x' }),
      lastList: list.incomplete(),
    },
  ];
  it.each(rows)('$because', ({ because: _, changed, ...circumstances }) => {
    expect(decide(circumstances).decision.changes.changedElsewhere).toBe(changed);
  });
});

it('a baseline of which nobody knows whether it holds leaves the status', () => {
  const { content: after } = statusAfter(withChange, { decision: { changes: { baselineLost: true } } });
  expect(after).toMatchObject({ state: 'Pushed' });
  expect(after).not.toHaveProperty('change');
});

describe('a changed Secret in a pass that has the baseline', () => {
  const held = withChange.withSecret('b');
  itDecides([
    {
      because: 'D1 `change` moved since our last write: held',
      resource: held,
      list,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'D1 PAM rotates the record by itself, although `change` has not moved: held',
      resource: held,
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c0', automaticChange: true }),
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'D20 `change` went back, as after a restore of PAM: held too, since it is compared as a text',
      resource: held,
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'b9' }),
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'D1 secret settings are held in the same way',
      resource: aCredential()
        .withTotp('t')
        .known('152')
        .status({
          content: { ...aCredential().withTotp('t').known('152').parts.status?.content, change: 'c0' },
        })
        .withTotp('u'),
      list,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'D1 an edit of a key, which takes the key along, is held too',
      resource: aKey()
        .withSecret('k')
        .known('92')
        .status({ content: { ...aKey().withSecret('k').known('92').parts.status?.content, change: 'c0' } })
        .spec({ keyName: 'x' }),
      list: keyList,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'with Once a changed Secret is no news, so nothing is held',
      resource: known.status({ content: { ...content, change: 'c0' } }).withSecret('b', { push: 'Once' }),
      list,
      steps: [],
    },
  ]);
});

describe('an edit of a key, which takes the key along', () => {
  const kept = aKey().withSecret('k').known('92');
  const keptContent = { ...kept.parts.status?.content, state: 'Kept' as const, change: 'c1' };
  const edited = kept.status({ content: keptContent }).spec({ keyName: 'x' });
  const pushed = kept.status({ content: { ...keptContent, state: 'Pushed' } });
  const keyMoved = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c2' });
  const heldEdit = pushed.status({ content: { ...keptContent, state: 'Pending' } }).spec({ keyName: 'x' });
  const { change: _, ...withoutBaseline } = heldEdit.parts.status?.content ?? {};

  it('an edit that is held is recorded as held, and let go when it is undone', () => {
    const held = decide({ resource: pushed.spec({ keyName: 'x' }), list: keyMoved });
    expect(held.decision.changes.heldFields).toEqual(['privateKey']);
    const undone = decide({ resource: pushed.status({ content: withoutBaseline }), list: keyMoved });
    expect(undone.reason).toBeUndefined();
    expect(undone.decision.changes.releasedFields).toEqual(['privateKey']);
  });

  itDecides([
    {
      because:
        'an edit takes the Secret’s key along: a push with an intent of its own, and recorded as pushed',
      resource: edited,
      list: keyList,
      steps: ['intent at c1', `update ${DERIVED_KEY} with content`],
    },
    {
      because: 'with Once the Secret’s key is never pushed over it',
      resource: edited.spec({ push: 'Once' }),
      list: keyList,
      steps: [],
      reason: 'InvalidSettings',
    },
    {
      because: 'a key that the operator pushed goes along in the same way',
      resource: pushed.spec({ keyName: 'x' }),
      list: keyList,
      steps: ['intent at c1', `update ${DERIVED_KEY} with content`],
    },
    {
      because: 'with Once too, but not where PAM has changed it since',
      resource: pushed.spec({ push: 'Once', keyName: 'x' }),
      list: keyMoved,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the edit is held on after a toggle, which takes the baseline away',
      resource: heldEdit.status({ content: withoutBaseline }),
      list: keyMoved,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'and with the baseline of after the toggle',
      resource: heldEdit.status({ content: { ...withoutBaseline, change: 'c2' } }),
      list: keyMoved,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'a force-sync sends it',
      resource: heldEdit.forceSync(),
      list: keyMoved,
      steps: ['intent at c2', `update ${DERIVED_KEY} with content`],
    },
    {
      because: 'a toggle beside the edit comes first, since the POST carries the key',
      resource: pushed.spec({ keyName: 'x' }).enabled(true),
      list: keyList,
      steps: ['enable 92'],
      again: true,
    },
  ]);
});
