import { describe, expect, it } from 'vitest';
import { problem } from '../../src/core/failure.ts';
import { aCredential, DERIVED, FINGERPRINT } from '../support/situation/a-resource.ts';
import { failing, PASS_TIME, readyOf, statusAfter } from '../support/situation/status-after.ts';
import { itRecords } from '../support/situation/status-rows.ts';

const known = aCredential().withSecret('a').known('152');

describe('a pass that succeeds', () => {
  const story = aCredential().withSecret('a').enabled(true);
  const created = statusAfter(story, {
    decision: { changes: { pushedFields: story.material().fields } },
    outcome: {
      wrote: true,
      record: { id: '152', identifier: DERIVED },
      upserted: true,
      contentSent: true,
      enabled: true,
    },
  });

  it('records what PAM now holds', () => {
    expect(created).toMatchObject({
      observedGeneration: 3,
      id: '152',
      identifier: DERIVED,
      connectionFingerprint: FINGERPRINT,
      enabled: true,
      lastSyncTime: PASS_TIME,
      content: {
        state: 'Pushed',
        secretUid: 'uid-main',
        secretResourceVersion: 'rv-a',
        pushedTime: PASS_TIME,
      },
    });
    expect(readyOf(created)).toMatchObject({ status: 'True', reason: 'Synced', observedGeneration: 3 });
    expect(created.applied).toMatch(/^0a1b2c3d:[0-9a-f]{32}$/);
    expect(created.lastError).toBeUndefined();
  });

  it('holds no member that is undefined: it would be compared and written', () => {
    expect(Object.values(created)).not.toContain(undefined);
  });

  it('is in sync at the next pass, which changes nothing', () => {
    expect(statusAfter(story.status(created), { now: '2026-02-03T04:15:06Z' })).toEqual(created);
  });
});

describe('the record', () => {
  itRecords([
    {
      because: 'an id is never carried over to another PAM by a failure',
      story: known,
      fingerprint: 'elsewhere',
      decision: { failure: problem('RecordGone', 'x') },
      expected: { id: '152', connectionFingerprint: FINGERPRINT },
    },
    {
      because: 'found in the other PAM, it belongs there',
      story: known,
      fingerprint: 'elsewhere',
      decision: { changes: { id: '9', identifier: DERIVED } },
      expected: { id: '9', connectionFingerprint: 'elsewhere' },
    },
    {
      because: 'enabled goes with spec.enabled, so that declaring it again is an edge',
      story: aCredential().enabled(true).known('152').enabled(undefined),
      expected: {},
      absent: ['enabled'],
    },
    {
      because: 'a disable that did not follow its POST leaves the state unknown',
      story: aCredential().enabled(false).known('152'),
      outcome: { enabledUnknown: true, failure: failing({ operation: 'Disable' }) },
      expected: {},
      absent: ['enabled'],
    },
    {
      because: 'the time of the last sync is not that of a pass with a failure',
      story: known.status({ lastSyncTime: 'before' }),
      outcome: { wrote: true, enabled: false, failure: failing({}) },
      expected: { lastSyncTime: 'before' },
    },
    {
      because: 'nor of one that wrote nothing',
      story: known.status({ lastSyncTime: 'before' }),
      expected: { lastSyncTime: 'before' },
    },
    {
      because: 'a wiped status is written anew from what was found',
      story: aCredential().withSecret('a'),
      decision: {
        changes: {
          id: '152',
          identifier: DERIVED,
          fields: known.material().fields.map((field) => ({ ...field, state: 'Kept' as const })),
        },
      },
      expected: { id: '152', content: { state: 'Kept' } },
    },
  ]);
});
