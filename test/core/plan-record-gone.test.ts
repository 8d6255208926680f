import { describe } from 'vitest';
import { aCredential, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const ours = anInventory().with({ id: '152', identifier: DERIVED });

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
      because: 'two lists did not show it, and the newest does not either',
      resource: lost,
      memory: { gone: true },
      steps: [],
      reason: 'RecordGone',
      asked: ['list'],
    },
    {
      because: 'two lists did not show it, but the newest does: nothing is gone',
      resource: lost,
      memory: { gone: true },
      list: ours,
      steps: [],
    },
    {
      because: 'an adopted record that the newest list shows again is no other one',
      resource: lost.status({ identifier: 'theirs' }),
      memory: { gone: true },
      list: anInventory().with({ id: '152', identifier: 'theirs' }),
      steps: [],
    },
    {
      because:
        'D20 PAM was restored and ids were given anew: a disable goes to the id that has our identifier now',
      resource: lost.enabled(false),
      memory: { gone: true },
      list: anInventory()
        .with({ id: '152', identifier: 'other', hostname: 'x' })
        .with({ id: '160', identifier: DERIVED }),
      steps: ['disable 160'],
    },
    {
      because: 'found under another id with another username: a rename, since the status is sealed',
      resource: lost.spec({ username: 'renamed' }),
      memory: { refutedId: '152' },
      list: anInventory().with({ id: '160', identifier: DERIVED }),
      steps: [`update ${DERIVED}`],
    },
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
