import { describe } from 'vitest';
import { aCredential, aKey, DERIVED, DERIVED_KEY } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
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
      because: 'a parent that is what it was',
      resource: aCredential().childOf({ id: '11' }).known('152'),
      parentId: '11',
      steps: [],
    },
    {
      because: 'a parent that was created anew: the child gets its new id',
      resource: aCredential().childOf({ id: '11' }).known('152').childOf({ id: '12' }),
      parentId: '12',
      steps: [`update ${DERIVED}`],
    },
    {
      because: 'an edit of a key carries the key, so the list is asked whether PAM has changed it',
      resource: knownKey.spec({ tags: ['x'] }),
      list: keyList,
      steps: ['intent at c1', `update ${DERIVED_KEY} with content`],
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
