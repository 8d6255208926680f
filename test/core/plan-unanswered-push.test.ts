import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED, DERIVED_KEY } from '../support/situation/a-resource.ts';
import { anInventory, NOW } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED, change: 'c1' });
const keyList = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c1' });
const known = aCredential().withSecret('a').known('152');

function withKeptSettings() {
  const both = aCredential().withSecret('a').withTotp('t').known('152');
  const content = both.parts.status?.content;
  const fields = content?.fields?.map((field) => ({ ...field, state: 'Kept' as const })) ?? [];
  return both.status({ content: { ...content, fields } });
}

describe('a push without an answer', () => {
  const unanswered = known.withSecret('b').pushUnanswered('c1');
  itDecides([
    {
      because: '`change` is as before it: not applied, sent again under the same intent',
      resource: unanswered,
      list,
      steps: [`update ${DERIVED} with content`],
      asked: ['Secrets', 'list'],
    },
    {
      because: '`change` has moved: applied, not sent again',
      resource: unanswered,
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' }),
      steps: [],
    },
    {
      because: 'a list that is not whole does not tell what became of it: neither sent again nor presumed',
      resource: unanswered,
      list: anInventory().incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'PAM refused it readably: known not to be applied, no list needed',
      resource: unanswered,
      memory: { refusedDigest: unanswered.parts.status?.pending?.digest ?? '' },
      steps: [`update ${DERIVED} with content`],
      asked: ['Secrets'],
    },
    {
      because: 'the record is not in the list: sent again, the same value does no harm',
      resource: unanswered,
      steps: [`update ${DERIVED} with content`],
    },
    {
      because: 'a list from before the call ended says nothing',
      resource: unanswered,
      memory: { writeEndedAtMs: NOW - 100 },
      list: list.sentAt(NOW - 200),
      steps: [`update ${DERIVED} with content`],
      asked: ['Secrets', 'list'],
    },
    {
      because: 'it is repeated before an enable: its intent must outlive the toggle, which moves `change`',
      resource: unanswered.enabled(true),
      list,
      steps: [`update ${DERIVED} with content`, 'enable 152'],
    },
    {
      because: 'the Secret has a third value: pushed under an intent of its own',
      resource: unanswered.withSecret('c'),
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' }),
      steps: ['intent at c2', `update ${DERIVED} with content`],
    },
    {
      because: 'what that push may have moved is no rotation of somebody else',
      resource: unanswered
        .status({ content: { ...known.parts.status?.content, change: 'c1' } })
        .withSecret('c'),
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' }),
      steps: ['intent at c2', `update ${DERIVED} with content`],
    },
    {
      because: 'a push that PAM refused has moved nothing, so it is one',
      resource: unanswered
        .status({ content: { ...known.parts.status?.content, change: 'c1' } })
        .withSecret('c'),
      memory: { refusedDigest: unanswered.parts.status?.pending?.digest ?? '' },
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' }),
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the Secret is back at the recorded value and PAM may hold the other: pushed',
      resource: unanswered.withSecret('a'),
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' }),
      steps: ['intent at c2', `update ${DERIVED} with content`],
    },
    {
      because: '`change` is equal, but may hide a push within its second: the recorded value goes once more',
      resource: unanswered.withSecret('a'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'the Secret is back and PAM refused the push: nothing to do',
      resource: unanswered.withSecret('a'),
      memory: { refusedDigest: unanswered.parts.status?.pending?.digest ?? '' },
      list,
      steps: [],
    },
    {
      because: 'the Secret is back at a value that was never pushed: PAM keeps its own',
      resource: known
        .status({ content: { ...known.parts.status?.content, state: 'Kept' } })
        .withSecret('b')
        .pushUnanswered('c1')
        .withSecret('a'),
      list,
      steps: [],
    },
    {
      because: 'the Secret is back, the push was not applied, and PAM rotates the record: nothing to do',
      resource: unanswered.withSecret('a'),
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c1', automaticChange: true }),
      steps: [],
    },
    {
      because: 'with Once only a force-sync has pushed: its lost answer pushes nothing more',
      resource: unanswered.withSecret('a', { push: 'Once' }),
      list: anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' }),
      steps: [],
    },
    {
      because: 'the settings that PAM keeps are not sent for a push that was most likely of the password',
      resource: withKeptSettings().withSecret('b').pushUnanswered('c0', ['content']).withSecret('c'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'a passphrase that changes meanwhile is not the value of the intent',
      resource: aKey()
        .withSecret('k')
        .withPassphrase('p')
        .known('92')
        .withPassphrase('q')
        .pushUnanswered('c0')
        .withPassphrase('r'),
      list: keyList,
      steps: ['intent at c1', `update ${DERIVED_KEY} with content`],
    },
    {
      because: 'a one-time password that changes meanwhile is not the value of the intent',
      resource: aCredential().withTotp('t').known('152').withTotp('u').pushUnanswered('c0').withTotp('v'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with settings`],
    },
    {
      because: 'both groups went in one push, and both are applied',
      resource: aCredential()
        .withSecret('a')
        .withTotp('t')
        .known('152')
        .withSecret('b')
        .withTotp('u')
        .pushUnanswered('c0'),
      list,
      steps: [],
    },
    {
      because: 'a push of the settings says nothing about the password',
      resource: aCredential()
        .withSecret('a')
        .withTotp('t')
        .known('152')
        .withTotp('u')
        .pushUnanswered('c0', ['additional']),
      list,
      steps: [],
    },
  ]);

  it.each([
    {
      because: 'presumed where `change` moved',
      resource: unanswered,
      change: 'c2',
      expected: { resolved: true },
    },
    {
      because: 'the intent of other values goes where nothing takes its place',
      resource: unanswered.withSecret('a', { push: 'Once' }),
      change: 'c1',
      expected: { resolved: true },
    },
    {
      because: 'so does the intent of a create whose value has changed since, with Once',
      resource: aCredential()
        .withSecret('a', { push: 'Once' })
        .pushUnanswered()
        .withSecret('b', { push: 'Once' }),
      change: 'c1',
      expected: { resolved: true },
    },
    { because: 'the intent stays while it is tried again', resource: unanswered, change: 'c1', expected: {} },
  ])('$because', ({ resource, change, expected }) => {
    const told = decide({ resource, list: anInventory().with({ id: '152', identifier: DERIVED, change }) });
    expect(told.decision.changes.resolved).toBe((expected as { resolved?: boolean }).resolved);
  });
});

describe('a push that may still be applied late (D10)', () => {
  const key = aKey().withSecret('k').known('92').withSecret('l').pushUnanswered('c1').withSecret('m');
  const created = aCredential().withSecret('a').pushUnanswered();
  const pushed = known.withSecret('b').pushUnanswered('c1');
  const moved = anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' });
  const recent = 59_000;
  itDecides([
    {
      because: 'a third value waits, whether or not the second one has got through yet',
      resource: pushed.withSecret('c'),
      list: moved,
      unansweredForMs: recent,
      steps: [],
    },
    {
      because: 'after a minute it goes',
      resource: pushed.withSecret('c'),
      list: moved,
      unansweredForMs: 60_000,
      steps: ['intent at c2', `update ${DERIVED} with content`],
    },
    {
      because: 'the same value does not wait: it cannot be overwritten by itself',
      resource: pushed,
      list,
      unansweredForMs: 0,
      steps: [`update ${DERIVED} with content`],
    },
    {
      because: 'what PAM refused readably is never applied late',
      resource: pushed.withSecret('c'),
      memory: { refusedDigest: pushed.parts.status?.pending?.digest ?? '' },
      list,
      unansweredForMs: 0,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'the first value waits too: PAM may come to hold the second one',
      resource: pushed.withSecret('a'),
      list,
      unansweredForMs: recent,
      steps: [],
    },
    {
      because: 'a force-sync of another value waits',
      resource: pushed.withSecret('c').forceSync(),
      list,
      unansweredForMs: recent,
      steps: [],
    },
    {
      because: 'a force-sync of the same value does not',
      resource: pushed.forceSync(),
      list,
      unansweredForMs: recent,
      steps: [`update ${DERIVED} with content`],
    },
    {
      because: 'a create with another value waits: the first one may still make the record',
      resource: created.withSecret('b').enabled(true).finalizer().deletionDisables(),
      list: anInventory(),
      unansweredForMs: recent,
      steps: [],
    },
    {
      because: 'after a minute it is created',
      resource: created.withSecret('b'),
      list: anInventory(),
      unansweredForMs: 60_000,
      steps: ['intent', `create ${DERIVED} with content`],
    },
    {
      because: 'a create anew waits too, where the answer is missing of a push whose intent is gone',
      resource: aCredential().withSecret('a'),
      list: anInventory(),
      unansweredForMs: recent,
      steps: [],
    },
    {
      because: 'a create with the same value does not wait',
      resource: created,
      list: anInventory(),
      unansweredForMs: 0,
      steps: [`create ${DERIVED} with content`],
    },
    {
      because: 'updates without content and toggles go on',
      resource: pushed.withSecret('c').spec({ additional: 'x' }).enabled(true),
      list,
      unansweredForMs: recent,
      steps: [`update ${DERIVED}`, 'enable 152'],
    },
    {
      because: 'a disable waits for nothing',
      resource: pushed.withSecret('c').enabled(false),
      list,
      unansweredForMs: 0,
      steps: ['disable 152'],
      again: true,
    },
    {
      because: 'an edit of a key waits as well, since it takes the key along',
      resource: key.spec({ keyName: 'x' }),
      list: keyList,
      unansweredForMs: recent,
      steps: [],
    },
    {
      because: 'a create that sent nothing secret has nothing to be applied late',
      resource: aCredential().pushUnanswered().withSecret('a'),
      list: anInventory(),
      steps: ['intent', `create ${DERIVED} with content`],
    },
  ]);

  it('comes back when the minute is over, and says so meanwhile', () => {
    const { decision } = decide({ resource: pushed.withSecret('c'), list, unansweredForMs: 45_000 });
    expect(decision).toMatchObject({ laterMs: 15_000, settling: true });
    expect(decision.changes.resolved).toBeUndefined();
  });
});

describe('an edit of a key whose answer never came', () => {
  const key = aKey().withSecret('k').known('92');
  const baseline = { content: { ...key.parts.status?.content, change: 'c1' } };
  const sent = key.status(baseline).spec({ keyName: 'x' }).pushUnanswered('c1');
  const moved = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c2' });
  itDecides([
    {
      because: '`change` has moved: applied with the key, and not taken for a rotation',
      resource: sent,
      list: moved,
      steps: [],
    },
    {
      because: '`change` is as before it: sent again under the same intent',
      resource: sent,
      list: keyList,
      steps: [`update ${DERIVED_KEY} with content`],
    },
    {
      because: 'another edit meanwhile waits, since the first one may still be applied late',
      resource: sent.spec({ keyName: 'y' }),
      unansweredForMs: 20_000,
      list: moved,
      steps: [],
    },
    {
      because: 'a minute later it goes, with an intent of its own',
      resource: sent.spec({ keyName: 'y' }),
      list: moved,
      steps: ['intent at c2', `update ${DERIVED_KEY} with content`],
    },
  ]);

  it('the spec is taken for applied together with the key', () => {
    const { changes } = decide({ resource: sent, list: moved }).decision;
    expect(changes).toMatchObject({ rebaseApplied: true, resolved: true, baseline: 'c2' });
    expect(changes.fields?.map(({ state }) => state)).toEqual(['Presumed']);
  });
});

describe('a push without an answer to a record that must stay disabled', () => {
  const off = aCredential().withSecret('a').enabled(false).known('152').withSecret('b').pushUnanswered('c1');
  const moved = anInventory().with({ id: '152', identifier: DERIVED, change: 'c2' });
  itDecides([
    {
      because: 'it was applied, and nobody knows whether its DELETE followed',
      resource: off,
      list: moved,
      steps: ['disable 152'],
    },
    {
      because: 'it is sent again: its DELETE follows',
      resource: off,
      list,
      steps: [`update ${DERIVED} with content`, 'disable 152 in any case'],
    },
    {
      because: 'the Secret is back at a value that PAM keeps: the other one may have been applied',
      resource: aCredential()
        .withSecret('a', { push: 'Once' })
        .enabled(false)
        .known('152')
        .withSecret('b', { push: 'Once' })
        .pushUnanswered('c1')
        .withSecret('a', { push: 'Once' }),
      list: moved,
      steps: ['disable 152'],
    },
    {
      because: 'a key too',
      resource: aKey().withSecret('a').enabled(false).known('92').withSecret('b').pushUnanswered('c0'),
      list: keyList,
      steps: ['disable 92'],
    },
  ]);
});
