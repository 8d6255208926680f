import { describe } from 'vitest';
import { devicesPartlyAssigned } from '../../src/core/next-status.ts';
import { aCredential, aKey } from '../support/situation/a-resource.ts';
import { failing, PASS_TIME } from '../support/situation/status-after.ts';
import { itRecords } from '../support/situation/status-rows.ts';

const known = aCredential().withSecret('a').known('152');

describe('the intent', () => {
  const pending = { startedTime: PASS_TIME, digest: 'd', changeBefore: 'c1' };
  const refused = failing({ signal: 'code', httpStatus: 400, code: 1029 }, 'DomainNotFound');
  const unanswered = known.status({ pending });
  const error = { operation: 'Upsert', reason: 'DomainNotFound', message: 'm', since: PASS_TIME } as const;
  itRecords([
    {
      because: 'stays after no answer',
      story: unanswered,
      outcome: { failure: failing({}) },
      expected: { pending },
    },
    {
      because: "stays after a gateway's error, which may have passed it on",
      story: unanswered,
      outcome: { failure: failing({ signal: 'httpStatus', httpStatus: 502 }) },
      expected: { pending },
    },
    {
      because: 'goes with a readable refusal',
      story: unanswered,
      outcome: { failure: refused },
      expected: {},
      absent: ['pending'],
    },
    {
      because: 'stays through the same refusal again, or every retry would write twice',
      story: unanswered.status({ lastError: { ...error, code: 1029, httpStatus: 400 } }),
      outcome: { failure: refused },
      expected: { pending },
    },
    {
      because: 'goes with a refusal after a timeout, which is not the same again',
      story: unanswered.status({ lastError: error }),
      outcome: { failure: failing({ signal: 'httpStatus', httpStatus: 401 }, 'PamAuthenticationFailed') },
      expected: {},
      absent: ['pending'],
    },
    {
      because: 'goes with a push',
      story: unanswered,
      outcome: { contentSent: true },
      expected: {},
      absent: ['pending'],
    },
    {
      because: 'goes with settings that were sent',
      story: unanswered,
      outcome: { additionalSent: true },
      expected: {},
      absent: ['pending'],
    },
    {
      because: 'goes with an existing record',
      story: unanswered,
      outcome: { foundExisting: true },
      expected: {},
      absent: ['pending'],
    },
    {
      because: 'goes where the inventory told',
      story: unanswered,
      decision: { changes: { resolved: true } },
      expected: {},
      absent: ['pending'],
    },
    {
      because: 'of a create that sends nothing secret goes with the create',
      story: aCredential().explicit('mine').pushUnanswered(),
      outcome: { upserted: true, wrote: true, record: { id: '1', identifier: 'mine' } },
      expected: { id: '1' },
      absent: ['pending'],
    },
    {
      because: 'of a push does not go with an update that carried nothing',
      story: unanswered,
      outcome: { upserted: true, wrote: true },
      expected: { pending },
    },
  ]);
});

describe('a force-sync', () => {
  const forced = known.forceSync('x');
  const absent = ['lastHandledForceSync'] as const;
  itRecords([
    {
      because: 'is echoed when it is done',
      story: forced,
      outcome: { wrote: true, upserted: true, contentSent: true },
      expected: { lastHandledForceSync: 'x' },
    },
    {
      because: 'not while another pass follows',
      story: forced,
      decision: { again: true },
      expected: {},
      absent,
    },
    {
      because: 'not after a failure',
      story: forced,
      outcome: { failure: failing({}) },
      expected: {},
      absent,
    },
    {
      because: 'not by a pass that ended early',
      story: forced,
      outcome: { wrote: true, outdated: true },
      expected: {},
      absent,
    },
    { because: 'not while suspended', story: forced, decision: { suspended: true }, expected: {}, absent },
    {
      because: 'but after a partial failure: everything was sent',
      story: aKey().withSecret('k').known('92').forceSync('x'),
      outcome: { wrote: true, upserted: true, contentSent: true, failure: devicesPartlyAssigned() },
      expected: { lastHandledForceSync: 'x' },
    },
  ]);
});
