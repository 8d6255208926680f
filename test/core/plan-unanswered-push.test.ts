import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED, DERIVED_KEY } from '../support/situation/a-resource.ts';
import { anInventory, NOW } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED, change: 'c1' });
const keyList = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c1' });
const known = aCredential().withSecret('a').known('152');

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
      because: 'a toggle comes first, and the next pass pushes',
      resource: unanswered.enabled(true),
      list,
      steps: ['enable 152'],
      again: true,
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
      because: 'the Secret is back and the push was not applied: nothing to do',
      resource: unanswered.withSecret('a'),
      list,
      steps: [],
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
      because: 'the intent goes with the toggle, which moves `change`',
      resource: unanswered.enabled(true),
      change: 'c1',
      expected: { resolved: true },
    },
    {
      because: 'the intent of other values goes where they were not applied',
      resource: unanswered.withSecret('a'),
      change: 'c1',
      expected: { resolved: true },
    },
    { because: 'the intent stays while it is tried again', resource: unanswered, change: 'c1', expected: {} },
  ])('$because', ({ resource, change, expected }) => {
    const told = decide({ resource, list: anInventory().with({ id: '152', identifier: DERIVED, change }) });
    expect(told.decision.changes.resolved).toBe((expected as { resolved?: boolean }).resolved);
  });
});
