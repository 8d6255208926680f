import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED, DERIVED_KEY } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const HIDDEN = { disabledRecords: 'Hidden' } as const;
const ours = anInventory().with({ id: '152', identifier: DERIVED });
const oursKey = anInventory().with({ id: '92', identifier: DERIVED_KEY, isKey: true });
const somebodys = anInventory().with({ id: '7', identifier: 'theirs' });

describe('a record that nobody has', () => {
  itDecides([
    {
      because: 'without a Secret it is created by one POST, and the list is asked first',
      resource: aCredential(),
      steps: [`create ${DERIVED}`],
      asked: ['list'],
    },
    {
      because: 'the intent is written before a POST that carries a password',
      resource: aCredential().withSecret('a'),
      steps: ['intent', `create ${DERIVED} with content`],
      asked: ['list', 'Secrets'],
    },
    {
      because: 'a list that may hide records: the password goes only into a record that is new',
      resource: aCredential().withSecret('a'),
      connection: HIDDEN,
      steps: ['intent', `create ${DERIVED}, then content`],
    },
    {
      because: 'secret settings go the same way as the password',
      resource: aCredential().withTotp('t'),
      connection: HIDDEN,
      steps: ['intent', `create ${DERIVED}, then settings`],
    },
    {
      because: 'password and secret settings go together',
      resource: aCredential().withSecret('a').withTotp('t'),
      steps: ['intent', `create ${DERIVED} with content with settings`],
    },
    {
      because: 'the finalizer comes before the first write, and only with deletionPolicy Disable',
      resource: aCredential().withSecret('a').deletionDisables(),
      steps: ['add finalizer', 'intent', `create ${DERIVED} with content`],
    },
    {
      because: 'enabled: true is PUT only where the record turns out not to be new',
      resource: aCredential().enabled(true),
      steps: [`create ${DERIVED}`, 'enable upserted unless registered'],
    },
    {
      because: 'enabled: false is POST, then DELETE at once, whatever became of the POST',
      resource: aCredential().withSecret('a').enabled(false),
      steps: ['intent', `create ${DERIVED} with content`, 'disable upserted in any case'],
    },
    {
      because:
        'a create under an explicit identifier is marked, or its lost answer would look like a foreign record',
      resource: aCredential().explicit('mine'),
      steps: ['intent', 'create mine'],
    },
    {
      because: 'a Secret that is missing stops a create altogether',
      resource: aCredential().withSecret('a').secretMissing().enabled(false).deletionDisables(),
      steps: [],
      reason: 'SecretNotFound',
    },
    {
      because: 'a child waits for its parent',
      resource: aCredential().spec({ parentRef: { name: 'parent' } }),
      steps: [],
      reason: 'ParentNotReady',
    },
    {
      because: 'a child is created with the id of its parent',
      resource: aCredential().spec({ parentRef: { name: 'parent' } }),
      parentId: '11',
      steps: [`create ${DERIVED}`],
    },
    {
      because: "a key's POST always carries the key, also where the list may hide records",
      resource: aKey().withSecret('k'),
      connection: HIDDEN,
      steps: ['intent', `create ${DERIVED_KEY} with content`],
    },
    {
      because: 'a key that is to be taken over and is not there: nothing could be created',
      resource: aKey().explicit('theirs').adopts().enabled(true),
      steps: [],
      reason: 'RecordNotFound',
    },
    {
      because: 'a list that is not whole decides nothing',
      resource: aCredential(),
      list: anInventory().incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'a list of 10 s before the pass is young enough for a create',
      resource: aCredential(),
      list: anInventory().sentAt(90_000),
      steps: [`create ${DERIVED}`],
      asked: ['list'],
    },
  ]);
});

describe('a record that is ours, met for the first time', () => {
  itDecides([
    {
      because: 'it is updated, and its content is kept',
      resource: aCredential().withSecret('a'),
      list: ours,
      steps: [`update ${DERIVED}`],
      asked: ['list', 'Secrets'],
    },
    {
      because: 'secret settings are left out too',
      resource: aCredential().withSecret('a').withTotp('t'),
      list: ours,
      steps: [`update ${DERIVED}`],
    },
    {
      because: 'first contact is an edge: disable before update, and once more after it',
      resource: aCredential().enabled(false),
      list: ours,
      steps: ['disable 152', `update ${DERIVED}`, 'disable 152 in any case'],
    },
    {
      because: 'first contact is an edge: enable after update',
      resource: aCredential().enabled(true),
      list: ours,
      steps: [`update ${DERIVED}`, 'enable 152'],
    },
    {
      because: 'a missing Secret stops everything but the disable',
      resource: aCredential().withSecret('a').secretMissing().enabled(false),
      list: ours,
      steps: ['disable 152'],
      reason: 'SecretNotFound',
    },
    {
      because: 'a missing Secret stops an enable: update comes first',
      resource: aCredential().withSecret('a').secretMissing().enabled(true),
      list: ours,
      steps: [],
      reason: 'SecretNotFound',
    },
    {
      because: "a key's POST would replace PAM's key, so nothing is sent",
      resource: aKey().withSecret('k'),
      list: oursKey,
      steps: [],
    },
    {
      because: 'a key may still be toggled',
      resource: aKey().withSecret('k').enabled(false),
      list: oursKey,
      steps: ['disable 92'],
    },
    {
      because:
        'our own create without an answer: sent again where the list shows that nothing happened since',
      resource: aCredential().withSecret('a').pushUnanswered(),
      connection: HIDDEN,
      list: ours,
      steps: [`update ${DERIVED} with content`],
    },
    {
      because: 'our own create by one POST, without an answer: the record is there, so the password is in it',
      resource: aCredential().withSecret('a').pushUnanswered(),
      list: ours,
      steps: [`update ${DERIVED}`],
    },
    {
      because:
        'our own create without an answer, and the Secret has changed since: the record is ours to fill',
      resource: aCredential().withSecret('a').pushUnanswered().withSecret('b'),
      list: ours,
      steps: ['intent at 2026-01-01 10:00:00', `update ${DERIVED} with content`],
    },
  ]);

  it('keeps what it finds on record: state Kept and the id', () => {
    const { decision } = decide({ resource: aCredential().withSecret('a'), list: ours });
    expect(decision.changes).toMatchObject({ id: '152', identifier: DERIVED, fields: [{ state: 'Kept' }] });
  });

  it('stays unknown while its Secret is missing: a known record would get its content pushed', () => {
    const { decision } = decide({ resource: aCredential().withSecret('a').secretMissing(), list: ours });
    expect(decision.changes.id).toBeUndefined();
  });

  it('presumes a create applied whose record it finds', () => {
    const { decision } = decide({ resource: aCredential().withSecret('a').pushUnanswered(), list: ours });
    expect(decision.changes).toMatchObject({ resolved: true, fields: [{ state: 'Presumed' }] });
  });
});

describe("a record that is somebody's", () => {
  itDecides([
    {
      because: 'it is left alone',
      resource: aCredential().withSecret('a'),
      list: somebodys,
      steps: [],
      reason: 'AdoptionRequired',
    },
    {
      because: 'adopted, it keeps its identifier and content',
      resource: aCredential().withSecret('a').adopts(),
      list: somebodys,
      steps: ['adopt theirs'],
    },
    {
      because: 'adopted without an identifier, it takes the derived one',
      resource: aCredential().adopts(),
      list: anInventory().with({ id: '7' }),
      steps: [`adopt ${DERIVED}`],
    },
    {
      because: 'an explicit identifier that exists is somebody else`s',
      resource: aCredential().explicit('theirs'),
      list: somebodys,
      steps: [],
      reason: 'AdoptionRequired',
    },
    {
      because: 'an explicit identifier that exists may be adopted',
      resource: aCredential().explicit('theirs').adopts(),
      list: somebodys,
      steps: ['adopt theirs'],
    },
    {
      because: 'an explicit identifier that our own unanswered create has made is ours',
      resource: aCredential().explicit('theirs').withSecret('a').pushUnanswered(),
      list: somebodys,
      steps: ['update theirs'],
    },
    {
      because: 'the mark of a create that sends nothing secret says the same',
      resource: aCredential().explicit('theirs').pushUnanswered(),
      list: somebodys,
      steps: ['update theirs'],
    },
    {
      because: 'an adopted key is only toggled',
      resource: aKey().explicit('theirs').adopts().enabled(true),
      list: anInventory().with({ id: '92', identifier: 'theirs', isKey: true }),
      steps: ['enable 92'],
    },
    {
      because: 'an adopted key with material sends nothing either',
      resource: aKey().explicit('theirs').adopts().withSecret('k'),
      list: anInventory().with({ id: '92', identifier: 'theirs', isKey: true }),
      steps: [],
    },
    {
      because: 'where it cannot be told which record is meant, there is no call, not even a disable',
      resource: aCredential().enabled(false).adopts(),
      list: anInventory().with({ id: '7', ip: '10.0.0.1' }),
      steps: [],
      reason: 'Conflict',
    },
  ]);

  it('is not remembered while its Secret is missing: the next pass must ask for Adopt again', () => {
    const resource = aCredential().withSecret('a').secretMissing().adopts();
    expect(decide({ resource, list: somebodys }).decision.changes.id).toBeUndefined();
  });

  it('is named by its id alone: what else the list says is not for every reader of a status', () => {
    const { decision } = decide({ resource: aCredential(), list: somebodys });
    expect(decision.failure?.message).toBe(
      'Record 7 with this username, hostname and IP exists already in PAM Core. Set `spec.adoptionPolicy: Adopt`, with a grant for it, or remove one of the two.',
    );
  });

  it('is named by all its ids where it is unclear', () => {
    const list = somebodys.with({ id: '8' });
    expect(decide({ resource: aCredential(), list }).decision.failure?.message).toContain('(ids 7, 8)');
  });
});

describe('a record that is gone', () => {
  const lost = aCredential().withSecret('a').known('152');
  itDecides([
    {
      because: 'PAM did not know the id, and the list shows nothing: nothing is created',
      resource: lost,
      memory: { refutedId: '152' },
      steps: [],
      reason: 'RecordGone',
      asked: ['list'],
    },
    {
      because: 'a force-sync creates it anew',
      resource: lost.forceSync(),
      memory: { refutedId: '152' },
      steps: ['intent', `create ${DERIVED} with content`],
    },
    {
      because: 'found under another id, it is met for the first time',
      resource: lost,
      memory: { refutedId: '151' },
      list: ours,
      steps: [],
    },
    {
      because: 'another PAM without the record: nothing is created in a storm',
      resource: lost,
      connection: { fingerprint: 'elsewhere' },
      steps: [],
      reason: 'RecordGone',
    },
    {
      because: 'a moved PAM shows the record',
      resource: lost,
      connection: { fingerprint: 'elsewhere' },
      list: ours,
      steps: [],
    },
    ...(
      [
        ['identifier', { identifier: DERIVED }],
        ['applied', { applied: '0a1b2c3d:00' }],
        ['enabled', { enabled: false }],
        ['lastSyncTime', { lastSyncTime: '2026-01-01T00:00:00Z' }],
        ['content', { content: { state: 'Pushed' } }],
      ] as const
    ).map(([trace, status]) => ({
      because: `a status with nothing but \`${trace}\` is a trace of an earlier record`,
      resource: aCredential().status(status),
      steps: [],
      reason: 'RecordGone',
    })),
    {
      because: 'an id that the list shows under another identifier is never used',
      resource: lost.withSecret('b'),
      list: anInventory().with({ id: '152', identifier: 'other' }),
      steps: [],
      reason: 'RecordGone',
    },
    {
      because: 'renamed and forced: somebody else has it now, and the target is theirs',
      resource: lost.forceSync(),
      list: anInventory().with({ id: '152', identifier: 'other' }),
      steps: [],
      reason: 'AdoptionRequired',
    },
    {
      because: 'renamed, moved away and forced: created anew',
      resource: lost.forceSync(),
      list: anInventory().with({ id: '152', identifier: 'other', hostname: 'w2019' }),
      steps: ['intent', `create ${DERIVED} with content`],
    },
    {
      because: 'without a status of ours a force-sync is only echoed: the record is created as any other',
      resource: aCredential().forceSync(),
      steps: [`create ${DERIVED}`],
    },
  ]);
});
