import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/api/reason.ts';
import { problem } from '../../src/core/failure.ts';
import type { PamFault } from '../../src/core/pam-fault.ts';
import { aCredential } from '../support/situation/a-resource.ts';
import { failing, PASS_TIME, statusAfter } from '../support/situation/status-after.ts';

const LATER = '2026-02-03T04:15:06Z';
const known = aCredential().withSecret('a').known('152');

describe('lastError', () => {
  const fault = failing({ signal: 'code', httpStatus: 400, code: 1011 }, 'DeviceNotFound');
  const failed = statusAfter(known, { outcome: { failure: fault } });

  it('tells operation, number, status, reason and since when', () => {
    expect(failed.lastError).toEqual({
      operation: 'Upsert',
      code: 1011,
      httpStatus: 400,
      reason: 'DeviceNotFound',
      message: fault.message,
      since: PASS_TIME,
    });
  });

  it.each([
    {
      because: 'stays while nothing is asked of PAM',
      pass: { decision: { failure: problem('SecretNotFound', 'x') } },
      present: true,
    },
    { because: 'stays while suspended', pass: { decision: { suspended: true } }, present: true },
    { because: 'goes with a success', pass: {}, present: false },
    {
      because: 'goes with a write that succeeds beside another problem',
      pass: { outcome: { wrote: true }, decision: { failure: problem('SecretNotFound', 'x') } },
      present: false,
    },
  ])('$because', ({ pass, present }) => {
    expect(statusAfter(known.status(failed), { ...pass, now: LATER }).lastError !== undefined).toBe(present);
  });

  it.each([
    {
      because: 'another number',
      other: failing({ signal: 'code', httpStatus: 400, code: 1029 }, 'DeviceNotFound'),
    },
    {
      because: 'another status',
      other: failing({ signal: 'code', httpStatus: 500, code: 1011 }, 'DeviceNotFound'),
    },
    {
      because: 'another operation',
      other: failing({ operation: 'Enable', signal: 'code', httpStatus: 400, code: 1011 }, 'DeviceNotFound'),
    },
    {
      because: 'another reason',
      other: failing({ signal: 'code', httpStatus: 400, code: 1011 }, 'PamRejected'),
    },
  ])('begins anew with $because', ({ other }) => {
    const next = statusAfter(known.status(failed), { outcome: { failure: other }, now: LATER });
    expect(next.lastError?.since).toBe(LATER);
  });
});

describe('the same failure again', () => {
  it('gives an equal status, so repeated failures write nothing', () => {
    const fault = fc.record(
      {
        operation: fc.constantFrom('Upsert', 'Enable', 'Disable', 'List', 'Token'),
        signal: fc.constantFrom('timeout', 'code', 'httpStatus', 'unreadable', 'tls'),
        httpStatus: fc.constantFrom(400, 401, 429, 500, 502),
        code: fc.constantFrom(1009, 1011, 1029),
      },
      { requiredKeys: ['operation', 'signal'] },
    );
    const pending = { startedTime: PASS_TIME, digest: 'd' };
    const stories = fc.constantFrom(
      known,
      known.status({ pending }),
      aCredential().withSecret('a').enabled(false),
      known.forceSync('x'),
      known.deleted().finalizer(),
    );
    const held = fc.constantFrom<readonly string[]>([], ['content']);
    fc.assert(
      fc.property(
        stories,
        fc.constantFrom(...REASONS),
        fault,
        fc.boolean(),
        held,
        (story, reason, what, asked, heldFields) => {
          const failure = asked ? failing(what as PamFault, reason) : problem(reason, 'x');
          const outcome = asked ? { failure, wrote: true, enabled: false } : {};
          const pass = { decision: { failure, changes: { heldFields } }, outcome };
          const first = statusAfter(story, pass);
          // A retry writes its intent again before it fails; from then on nothing changes.
          const retried = story.parts.status?.pending === undefined ? first : { ...first, pending };
          const second = statusAfter(story.status(retried), { ...pass, now: '2026-02-03T04:06:06Z' });
          const third = statusAfter(story.status(second), { ...pass, now: '2026-02-03T04:07:06Z' });
          expect(third).toEqual(second);
        },
      ),
    );
  });
});
