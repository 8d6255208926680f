import { describe, expect, it } from 'vitest';
import {
  aCredential,
  aKey,
  DERIVED,
  DERIVED_KEY,
  OTHER_INSTALL_KEY,
} from '../support/situation/a-resource.ts';
import { anInventory, NOW } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const list = anInventory().with({ id: '152', identifier: DERIVED, change: 'c1' });
const keyList = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, change: 'c1' });
const known = aCredential().withSecret('a').known('152');
const knownKey = aKey().withSecret('k').known('92');

describe('a record in sync', () => {
  itDecides([
    { because: 'nothing is read and nothing is done', resource: known, steps: [], asked: [] },
    { because: 'a key in sync likewise', resource: knownKey, steps: [], asked: [] },
    {
      because: 'a disabled one likewise',
      resource: aCredential().withSecret('a').enabled(false).known('152'),
      steps: [],
      asked: [],
    },
    {
      because: 'without a watch the Secret is read, and the same value pushes nothing',
      resource: known,
      unwatched: true,
      steps: [],
      asked: ['Secrets'],
    },
    {
      because: 'a new version with the same value pushes nothing',
      resource: known.status({ content: { ...known.parts.status?.content, secretResourceVersion: 'older' } }),
      steps: [],
      asked: ['Secrets'],
    },
    {
      because: 'a version that was found to hold the recorded value is not read again',
      resource: known.status({ content: { ...known.parts.status?.content, secretResourceVersion: 'older' } }),
      memory: { verified: new Map([['content', { uid: 'uid-main', resourceVersion: 'rv-a' }]]) },
      steps: [],
      asked: [],
    },
    {
      because: 'the Secret created anew under its name is read, since its UID is another',
      resource: known.status({ content: { ...known.parts.status?.content, secretUid: 'other' } }),
      steps: [],
      asked: ['Secrets'],
    },
    {
      because: 'policies, suspend and the source of the password are not sent, so they are no update',
      resource: known.spec({ adoptionPolicy: 'Adopt', suspend: false }),
      steps: [],
      asked: [],
    },
    {
      because: 'the finalizer is removed when the policy changes',
      resource: known.finalizer().spec({ deletionPolicy: 'Retain' }),
      steps: ['remove finalizer'],
    },
    {
      because: 'the finalizer is added when the policy changes',
      resource: known.deletionDisables(),
      steps: ['add finalizer'],
    },
    {
      because: 'suspended: no call, whatever is due',
      resource: known.enabled(false).spec({ suspend: true }),
      steps: [],
      asked: [],
    },
    {
      because: 'the connection suspended: the same',
      resource: known.enabled(false),
      connection: { suspended: true },
      steps: [],
      asked: [],
    },
  ]);
});

describe('an edit of the spec', () => {
  itDecides([
    {
      because: 'an update without content, without Secret or list',
      resource: known.spec({ additional: 'x' }),
      steps: [`update ${DERIVED}`],
      asked: [],
    },
    {
      because: 'another username is a rename under the identifier',
      resource: known.spec({ username: 'svc2' }),
      steps: [`update ${DERIVED}`],
    },
    {
      because: 'a record that must stay disabled is disabled again after every upsert',
      resource: aCredential().enabled(false).known('152').spec({ additional: 'x' }),
      steps: [`update ${DERIVED}`, 'disable 152 in any case'],
    },
    {
      because: 'a missing Secret stops it',
      resource: known.spec({ additional: 'x' }).secretMissing(),
      steps: [],
      reason: 'SecretNotFound',
    },
    {
      because: 'a missing parent stops it',
      resource: known.spec({ parentRef: { name: 'parent' } }),
      steps: [],
      reason: 'ParentNotReady',
    },
    {
      because: 'an edit of a key carries the key, so the list is asked whether PAM has changed it',
      resource: knownKey.spec({ tags: ['x'] }),
      list: keyList,
      steps: [`update ${DERIVED_KEY}`],
      asked: ['Secrets', 'list'],
    },
    {
      because: 'an edit of a key that PAM rotates is held: it would put the old key back',
      resource: knownKey.spec({ tags: ['x'] }),
      list: anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true, automaticChange: true }),
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'an edit of a key that was changed since our last write is held',
      resource: knownKey
        .status({ content: { ...knownKey.parts.status?.content, change: 'c0' } })
        .spec({ tags: ['x'] }),
      list: keyList,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'an edit of a key with `push: Once` and another key in the Secret cannot be sent without it',
      resource: aKey()
        .withSecret('k', { push: 'Once' })
        .known('92')
        .withSecret('l', { push: 'Once' })
        .spec({ tags: ['x'] }),
      list: keyList,
      steps: [],
      reason: 'InvalidSettings',
    },
    {
      because: 'an edit of a key that was taken over without its material cannot be sent',
      resource: aKey().explicit('theirs').adopts().known('92').spec({ username: 'other' }),
      steps: [],
      reason: 'InvalidSettings',
    },
    {
      because: 'an edit of secret settings sends the block, with the Secret read',
      resource: aCredential().withTotp('t').known('152').withTotp('t', { notes: 'n' }),
      list,
      steps: ['intent at c1', `update ${DERIVED} with settings`],
      asked: ['Secrets', 'list'],
    },
  ]);
});

describe('a changed Secret', () => {
  const changed = known.withSecret('b');
  itDecides([
    {
      because: 'it is pushed, with the intent before and a list that is younger than the change',
      resource: changed,
      list: list.sentAt(NOW - 5000),
      steps: ['intent at c1', `update ${DERIVED} with content`],
      asked: ['Secrets', 'list'],
    },
    {
      because: 'a record that the list does not show has nothing to compare with',
      resource: changed,
      steps: ['intent at unlisted', `update ${DERIVED} with content`],
    },
    {
      because: 'PAM rotates the record: held',
      resource: changed,
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true }),
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the record was changed since our last write: held',
      resource: changed.status({ content: { ...known.parts.status?.content, change: 'c0' } }),
      list,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the record is as we left it: pushed',
      resource: changed.status({ content: { ...known.parts.status?.content, change: 'c1' } }),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'Override pushes all the same',
      resource: known.withSecret('b', { push: 'Override' }),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true, change: 'c1' }),
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'Once never pushes again',
      resource: known.withSecret('b', { push: 'Once' }),
      list,
      steps: [],
    },
    {
      because: 'while held, an update without content goes through',
      resource: changed.spec({ additional: 'x' }),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true }),
      steps: [`update ${DERIVED}`],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'while held, a toggle goes through',
      resource: changed.enabled(true),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true }),
      steps: ['enable 152'],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'an update that has moved `change` does not end the hold',
      resource: changed.status({ content: { ...known.parts.status?.content, state: 'Pending' } }),
      list,
      steps: [],
      reason: 'RotatedElsewhere',
    },
    {
      because: 'the Secret back at the pushed value ends the hold',
      resource: known.status({
        content: { ...known.parts.status?.content, state: 'Pending', secretResourceVersion: 'x' },
      }),
      list,
      steps: [],
    },
    {
      because: 'a force-sync ends the hold',
      resource: changed.forceSync(),
      list: anInventory().with({ id: '152', identifier: DERIVED, automaticChange: true, change: 'c1' }),
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'a toggle moves `change`, so the push waits for the next pass',
      resource: changed.enabled(true),
      list,
      steps: ['enable 152'],
      again: true,
    },
    {
      because: 'secret settings wait for the next pass too',
      resource: aCredential().withTotp('t').known('152').withTotp('u').enabled(true),
      list,
      steps: ['enable 152'],
      again: true,
    },
    {
      because: 'password changed, settings not: only the password goes',
      resource: aCredential().withSecret('a').withTotp('t').known('152').withSecret('b'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'settings changed, password not: only the block goes',
      resource: aCredential().withSecret('a').withTotp('t').known('152').withTotp('u'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with settings`],
    },
    {
      because: 'a source that is added later was never recorded, so it is pushed',
      resource: aCredential().known('152').withSecret('a'),
      list,
      steps: ['intent at c1', `update ${DERIVED} with content`],
    },
    {
      because: 'a passphrase that changes is a push of the key',
      resource: aKey().withSecret('k').withPassphrase('p').known('92').withPassphrase('q'),
      list: keyList,
      steps: ['intent at c1', `update ${DERIVED_KEY} with content`],
    },
    {
      because: 'a value recorded with another install key is kept, and its digest made anew',
      resource: known,
      installKey: OTHER_INSTALL_KEY,
      unwatched: true,
      steps: [],
    },
    {
      because: 'a missing Secret is said even of a record in sync',
      resource: known.secretMissing(),
      steps: [],
      reason: 'SecretNotFound',
    },
  ]);

  it('marks what is held, and what is free again', () => {
    const held = decide({
      resource: changed.status({ content: { ...known.parts.status?.content, change: 'c0' } }),
      list,
    });
    expect(held.decision.changes).toMatchObject({ heldFields: ['content'], pushedFields: [] });
    const back = known.status({
      content: { ...known.parts.status?.content, state: 'Pending', secretResourceVersion: 'x' },
    });
    expect(decide({ resource: back, list }).decision.changes).toMatchObject({ releasedFields: ['content'] });
  });

  it('re-bases digests of another install key without a call', () => {
    const { decision } = decide({ resource: known, installKey: OTHER_INSTALL_KEY, unwatched: true });
    expect(decision.changes).toMatchObject({
      rebaseApplied: true,
      fields: [{ field: 'content', state: 'Kept' }],
    });
  });
});

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
