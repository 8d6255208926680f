import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory, NOW } from '../support/situation/an-inventory.ts';
import { decide, without } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const base = aCredential().withSecret('a').deletionDisables().finalizer();
const known = base.known('152').deleted();
const unknown = base.deleted();
const ours = anInventory().with({ id: '152', identifier: DERIVED });
const byNumber = aKey()
  .spec({ username: undefined, device: undefined, id: '92', adoptionPolicy: 'Adopt', connection: 'c' })
  .deletionDisables()
  .finalizer();

describe('a resource that is being deleted', () => {
  itDecides([
    {
      because: 'no finalizer: none of our business',
      resource: aCredential().known('152').deleted(),
      steps: [],
      asked: [],
    },
    {
      because: 'Retain: the finalizer goes, nothing is called',
      resource: known.spec({ deletionPolicy: 'Retain' }),
      steps: ['remove finalizer'],
      asked: [],
    },
    {
      because: 'no policy is Retain',
      resource: known.spec({ deletionPolicy: undefined }),
      steps: ['remove finalizer'],
    },
    {
      because: 'suspended: held without a call',
      resource: known.spec({ suspend: true }),
      steps: [],
      asked: [],
    },
    {
      because: 'the connection suspended: held too',
      resource: known,
      connection: { suspended: true },
      steps: [],
      asked: [],
    },
    {
      because: 'Retain lets go even of a suspended one',
      resource: known.spec({ suspend: true, deletionPolicy: 'Retain' }),
      steps: ['remove finalizer'],
    },
    {
      because: 'known: disabled, then let go',
      resource: known,
      steps: ['count', 'disable 152', 'remove finalizer'],
      asked: [],
    },
    {
      because: 'neither the Secret nor a valid spec is needed',
      resource: known.secretMissing().spec({ parentRef: { name: 'gone' } }),
      steps: ['count', 'disable 152', 'remove finalizer'],
      asked: [],
    },
    {
      because: 'unknown and ours in the list',
      resource: unknown,
      list: ours,
      steps: ['count', 'disable 152', 'remove finalizer'],
      asked: ['list'],
    },
    {
      because: 'an id that PAM does not know is looked up',
      resource: known,
      memory: { refutedId: '152' },
      list: anInventory().with({ id: '160', identifier: DERIVED }),
      steps: ['count', 'disable 160', 'remove finalizer'],
    },
    {
      because: 'an id of another PAM is looked up',
      resource: known,
      connection: { fingerprint: 'elsewhere' },
      steps: ['remove finalizer'],
      asked: ['list'],
    },
    {
      because: 'our own create without an answer, under an explicit identifier',
      resource: aCredential().explicit('mine').deletionDisables().finalizer().pushUnanswered().deleted(),
      list: anInventory().with({ id: '7', identifier: 'mine' }),
      steps: ['count', 'disable 7', 'remove finalizer'],
    },
    { because: "nobody's: let go", resource: unknown, steps: ['remove finalizer'] },
    {
      because: "somebody's: let go, not touched",
      resource: unknown,
      list: anInventory().with({ id: '7', identifier: 'theirs' }),
      steps: ['remove finalizer'],
    },
    {
      because: 'unclear: let go, not touched',
      resource: unknown,
      list: anInventory().with({ id: '7', identifier: DERIVED, hostname: 'other' }),
      steps: ['remove finalizer'],
    },
    {
      because: 'a list that is not whole decides nothing, so the finalizer stays',
      resource: unknown,
      list: ours.incomplete(),
      steps: [],
      reason: 'DeletionBlocked',
    },
    {
      because: 'a disable that is not granted holds the finalizer',
      resource: known,
      connection: { grants: without('Disable') },
      steps: [],
      reason: 'DeletionBlocked',
    },
    {
      because: 'a key by its number: what it may touch is asked for what the list says',
      resource: byNumber.known('92', { identifier: 'k' }).deleted(),
      connection: {
        grants: [
          {
            namespaces: { names: ['team'] },
            hostnames: ['w2016'],
            usernames: ['svc'],
            operations: ['Disable'],
            identifiers: ['*'],
          },
        ],
      },
      list: anInventory().with({ id: '92', identifier: 'k', isKey: true }),
      steps: ['count', 'disable 92', 'remove finalizer'],
      asked: ['list'],
    },
    {
      because: 'D20 the number is another key’s by now: not touched',
      resource: byNumber.known('92', { identifier: 'k' }).deleted(),
      list: anInventory().with({ id: '92', identifier: 'of-the-bank', isKey: true }),
      steps: ['remove finalizer'],
    },
    {
      because: 'a key by its number that the list does not show: no entry, no call',
      resource: byNumber.known('92').deleted(),
      steps: ['remove finalizer'],
    },
    {
      because: 'a key by its number that was never taken over is not touched',
      resource: byNumber.deleted(),
      list: anInventory().with({ id: '92', isKey: true }),
      steps: ['remove finalizer'],
    },
  ]);

  it('says how to let go, and keeps the class of the cause', () => {
    const { decision } = decide({ resource: known, connection: { grants: without('Disable') } });
    expect(decision.failure).toMatchObject({ retry: 'wait', waitSeconds: 600 });
    expect(decision.failure?.message).toMatch(
      /to let go of it as it is, set `spec\.deletionPolicy: Retain`\.$/,
    );
  });

  it('looks up in a list that was sent after its last write', () => {
    const told = decide({
      resource: unknown,
      list: ours.sentAt(NOW - 500),
      memory: { writeEndedAtMs: NOW - 100 },
    });
    expect(told.steps).toEqual(['count', 'disable 152', 'remove finalizer']);
    expect(told.asked).toEqual(['list']);
  });
});
