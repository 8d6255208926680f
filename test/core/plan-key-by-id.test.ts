import { describe, expect, it } from 'vitest';
import { aKey } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide, without } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const key = aKey().spec({
  username: undefined,
  device: undefined,
  id: '92',
  adoptionPolicy: 'Adopt',
  connection: 'c',
});
const list = anInventory().with({
  id: '92',
  identifier: 'theirs',
  isKey: true,
  username: 'deploy',
  hostname: 'linux',
});
const only = (hostname: string, username: string) =>
  [
    {
      namespaces: { names: ['team'] },
      hostnames: [hostname],
      usernames: [username],
      operations: ['Adopt', 'Enable', 'Disable'],
      identifiers: ['*'],
    },
  ] satisfies ReturnType<typeof without>;

const THEIRS = { identifier: 'theirs' };

describe('a key of which only the number is known', () => {
  itDecides([
    {
      because: 'it is looked up and taken over, without a call',
      resource: key,
      list,
      steps: [],
      asked: ['list'],
    },
    { because: 'it is disabled', resource: key.enabled(false), list, steps: ['disable 92'], asked: ['list'] },
    { because: 'it is enabled', resource: key.enabled(true), list, steps: ['enable 92'], asked: ['list'] },
    {
      because: 'known and as declared: nothing is read',
      resource: key.enabled(true).known('92', THEIRS),
      list,
      steps: [],
      asked: [],
    },
    {
      because: 'a force-sync repeats it',
      resource: key.enabled(true).known('92', THEIRS).forceSync(),
      list,
      steps: ['enable 92'],
    },
    {
      because: 'the finalizer before the toggle',
      resource: key.enabled(false).deletionDisables(),
      list,
      steps: ['add finalizer', 'disable 92'],
    },
    {
      because: 'the finalizer goes with the policy, without a list',
      resource: key.enabled(true).known('92', THEIRS).finalizer(),
      steps: ['remove finalizer'],
      asked: [],
    },
    {
      because: 'D20 the number is another key’s by now: not touched',
      resource: key.enabled(true).known('92', THEIRS).enabled(false),
      list: anInventory().with({ id: '92', identifier: 'of-the-bank', isKey: true }),
      steps: [],
      reason: 'RecordGone',
    },
    {
      because: 'D20 the last list says so: it is looked at once more',
      resource: key.enabled(true).known('92', THEIRS),
      lastList: anInventory().with({ id: '92', identifier: 'of-the-bank', isKey: true }),
      list,
      steps: [],
      asked: ['list'],
    },
    {
      because: 'a key that had no identifier may be given one',
      resource: key
        .enabled(true)
        .known('92', { identifier: undefined as unknown as string })
        .enabled(false),
      list,
      steps: ['disable 92'],
    },
    { because: 'no entry, no call', resource: key.enabled(false), steps: [], reason: 'RecordNotFound' },
    {
      because: 'no entry in a list that is not whole says nothing',
      resource: key.enabled(false),
      list: anInventory().incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'the number of a credential',
      resource: key.enabled(false),
      list: anInventory().with({ id: '92' }),
      steps: [],
      reason: 'WrongRecordKind',
    },
    {
      because: 'taking it over is asked for even where nothing is toggled',
      resource: key,
      list,
      connection: { grants: without('Adopt') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'a toggle is asked for',
      resource: key.enabled(false),
      list,
      connection: { grants: without('Disable') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'grants are asked for what the list says of it',
      resource: key.enabled(false),
      list,
      connection: { grants: only('linux', 'deploy') },
      steps: ['disable 92'],
    },
    {
      because: 'a grant for another target does not help',
      resource: key.enabled(false),
      list,
      connection: { grants: only('w2016', 'deploy') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'suspended: no call',
      resource: key.enabled(false).spec({ suspend: true }),
      list,
      steps: [],
      asked: [],
    },
  ]);

  it('records the number and the identifier that the list shows', () => {
    expect(decide({ resource: key, list }).decision.changes).toEqual({ id: '92', identifier: 'theirs' });
  });
});
