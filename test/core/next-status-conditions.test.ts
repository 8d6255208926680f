import { describe, expect, it } from 'vitest';
import { problem } from '../../src/core/failure.ts';
import { devicesPartlyAssigned, intentStatus } from '../../src/core/next-status.ts';
import { aCredential, aKey, INSTALL_KEY, type ResourceStory } from '../support/situation/a-resource.ts';
import { failing, PASS_TIME, type Pass, readyOf, statusAfter } from '../support/situation/status-after.ts';

const known = aCredential().withSecret('a').known('152');
const inSync = known.status(statusAfter(known, {}));
const key = aKey().withSecret('k').known('92');
const partly = { upserted: true, wrote: true, failure: devicesPartlyAssigned() };
const partlyAssigned = key.status(statusAfter(key, { outcome: partly }));
const metInactive = aCredential()
  .known('1')
  .status(statusAfter(aCredential().known('1'), { decision: { changes: { foundRecord: true } } }));
const suspended: Pass = { decision: { suspended: true } };

interface Row extends Pass {
  readonly because: string;
  readonly story: ResourceStory;
  /** Status and reason of `Ready`. */
  readonly ready: string;
  readonly message?: RegExp;
  /** The other condition; absent: there is none. */
  readonly beside?: 'Reconciling' | 'Stalled';
}

describe('what a user reads', () => {
  const rows: Row[] = [
    {
      because: 'in sync',
      story: known,
      ready: 'True Synced',
      message: /^PAM Core holds what the resource declares\.$/,
    },
    {
      because: 'a push that waits for the next pass',
      story: known,
      decision: { again: true },
      ready: 'False Progressing',
      beside: 'Reconciling',
    },
    {
      because: 'a pass that ended early has not reached anything',
      story: known,
      outcome: { wrote: true, outdated: true },
      ready: 'False Progressing',
      beside: 'Reconciling',
    },
    {
      because: 'a passing fault',
      story: known,
      outcome: { failure: failing({}) },
      ready: 'False PamTimeout',
      beside: 'Reconciling',
    },
    {
      because: 'a fault of the connection',
      story: known,
      outcome: { failure: failing({}, 'PamTlsFailed') },
      ready: 'False PamTlsFailed',
      beside: 'Reconciling',
    },
    {
      because: 'somebody has to act',
      story: known,
      decision: { failure: problem('SecretNotFound', 'x') },
      ready: 'False SecretNotFound',
      beside: 'Reconciling',
    },
    {
      because: 'only a change can help',
      story: known,
      decision: { failure: problem('Conflict', 'x') },
      ready: 'False Conflict',
      beside: 'Stalled',
    },
    {
      because: 'a call that failed counts before what was found without one',
      story: known,
      outcome: { failure: failing({}) },
      decision: { failure: problem('Conflict', 'x') },
      ready: 'False PamTimeout',
      beside: 'Reconciling',
    },
    {
      because: 'devices partly assigned last until the next upsert',
      story: partlyAssigned,
      ready: 'False DevicesPartlyAssigned',
      beside: 'Stalled',
    },
    {
      because: 'devices assigned by the next upsert',
      story: partlyAssigned,
      outcome: { upserted: true, wrote: true },
      ready: 'True Synced',
    },
    {
      because: 'kept',
      story: known.status({ content: { state: 'Kept' } }),
      ready: 'True Synced',
      message: /keeps its content until the Secret changes or a force-sync\. It may be inactive/,
    },
    {
      because: 'kept, with the state declared',
      story: aCredential()
        .withSecret('a')
        .enabled(true)
        .known('1', { content: { state: 'Kept' } }),
      ready: 'True Synced',
      message: /force-sync\.$/,
    },
    {
      because: 'kept settings',
      story: aCredential()
        .withTotp('t')
        .known('1', { content: { fields: [{ field: 'totp', state: 'Kept' }] } }),
      ready: 'True Synced',
      message: /keeps its content/,
    },
    {
      because: 'presumed',
      story: known.status({ content: { state: 'Presumed' } }),
      ready: 'True Synced',
      message: /presumed applied; a force-sync pushes again\.$/,
    },
    {
      because: 'a record without content that was there before may be inactive too',
      story: aCredential(),
      decision: { changes: { id: '1', foundRecord: true } },
      ready: 'True Synced',
      message: /declares\. It may be inactive, since `spec\.enabled` is not set\.$/,
    },
    {
      because: 'and says so on',
      story: metInactive.spec({ additional: 'x' }),
      outcome: { wrote: true, upserted: true },
      ready: 'True Synced',
      message: /It may be inactive/,
    },
    {
      because: 'until its state is declared',
      story: metInactive.enabled(true),
      outcome: { wrote: true, enabled: true },
      ready: 'True Synced',
      message: /declares\.$/,
    },
    {
      because: 'suspended in sync: Ready stays',
      story: inSync,
      ...suspended,
      ready: 'True Suspended',
      message: /to go on\.$/,
    },
    {
      because: 'suspended with an edit: nobody knows',
      story: inSync.spec({ additional: 'x' }),
      ...suspended,
      ready: 'Unknown Suspended',
    },
    { because: 'suspended at first sight', story: aCredential(), ...suspended, ready: 'Unknown Suspended' },
    {
      because: 'a disable that waits is said',
      story: inSync.enabled(false),
      ...suspended,
      ready: 'True Suspended',
      message: /A disable is waiting for it\.$/,
    },
    {
      because: 'so is a deletion',
      story: inSync.deleted().finalizer(),
      ...suspended,
      ready: 'True Suspended',
      message: /A disable is waiting for it\.$/,
    },
  ];
  it.each(rows)('$because: $ready', ({ because, story, ready, message, beside, ...pass }) => {
    const next = statusAfter(story, pass);
    const condition = readyOf(next);
    expect(`${condition?.status} ${condition?.reason}`, because).toBe(ready);
    if (message !== undefined) expect(condition?.message).toMatch(message);
    expect(next.conditions?.slice(1).map(({ type }) => type)).toEqual(beside === undefined ? [] : [beside]);
  });
});

describe('the status before a push', () => {
  const clock = { now: PASS_TIME, progressDeadlineSeconds: 600 };
  const intent = { digest: 'd', changeBefore: undefined };

  it('holds the intent together with Progressing', () => {
    const status = intentStatus(known.resource(), intent, INSTALL_KEY, clock);
    expect(status.pending).toEqual({ startedTime: PASS_TIME, digest: 'd' });
    expect(readyOf(status)).toMatchObject({ status: 'False', reason: 'Progressing' });
  });

  it('leaves the conditions of a failure that is being retried', () => {
    const failed = known.status(statusAfter(known, { outcome: { failure: failing({}) } }));
    expect(intentStatus(failed.resource(), intent, INSTALL_KEY, clock).conditions).toEqual(
      failed.parts.status?.conditions,
    );
  });
});
