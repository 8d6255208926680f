import { describe, expect, it } from 'vitest';
import {
  ownedByAnother,
  releasedDeletions,
  wantedFinalizers,
} from '../../src/controller/connection-custody.ts';
import { ConnectionUsage } from '../../src/controller/connection-usage.ts';
import { connection, credential } from './declared-resources.ts';

const IN_USE = 'pam-operator.io/in-use';
const deletionTimestamp = '2026-03-01T09:59:00Z';

describe('the in-use finalizer', () => {
  it.each([
    { because: 'comes with the first use', metadata: {}, inUse: true, wanted: [IN_USE] },
    { because: 'stays', metadata: { finalizers: [IN_USE] }, inUse: true, wanted: undefined },
    {
      because: 'goes with the last use',
      metadata: { finalizers: ['x', IN_USE] },
      inUse: false,
      wanted: ['x'],
    },
    { because: 'is not there without use', metadata: { finalizers: ['x'] }, inUse: false, wanted: undefined },
    {
      because: 'stays while the connection is being deleted',
      metadata: { finalizers: [IN_USE], deletionTimestamp },
      inUse: true,
      wanted: undefined,
    },
    {
      because: 'cannot come any more when the connection is being deleted',
      metadata: { finalizers: ['x'], deletionTimestamp },
      inUse: true,
      wanted: undefined,
    },
  ])('$because', ({ metadata, inUse, wanted }) => {
    expect(wantedFinalizers(connection({}, metadata), inUse)).toEqual(wanted);
  });
});

describe('the installation', () => {
  it.each([
    { because: 'nobody has it yet', installation: undefined, foreign: false },
    { because: 'it is ours', installation: 'a/b', foreign: false },
    { because: 'it is another one', installation: 'a/c', foreign: true },
  ])('$because', ({ installation, foreign }) => {
    const status = installation === undefined ? {} : { installation };
    const failure = ownedByAnother({ ...connection(), status }, 'a/b');
    expect(failure?.reason).toBe(foreign ? 'ConnectionNotReady' : undefined);
    if (foreign) expect(failure?.message).toContain('(a/c)');
  });
});

describe('the release of deletions', () => {
  const now = '2026-03-01T10:00:00Z';
  const annotated = connection({}, { annotations: { 'pam-operator.io/release-deletions': 'please' } });
  it.each([
    { because: 'nobody asks for it', given: connection(), latest: undefined, releasedTime: undefined },
    {
      because: 'it was handled',
      given: { ...annotated, status: { lastHandledReleaseDeletions: 'please' } },
      latest: undefined,
      releasedTime: undefined,
    },
    { because: 'what was asked for up to now', given: annotated, latest: undefined, releasedTime: now },
    {
      because: 'an earlier deletion is within',
      given: annotated,
      latest: deletionTimestamp,
      releasedTime: now,
    },
    {
      because: 'a deletion by a clock that is ahead of ours',
      given: annotated,
      latest: '2026-03-01T10:00:09Z',
      releasedTime: '2026-03-01T10:00:09Z',
    },
  ])('$because', ({ given, latest, releasedTime }) => {
    const released = releasedDeletions(given, now, latest);
    if (releasedTime === undefined) expect(released).toBeUndefined();
    else
      expect(released).toEqual({
        deletions: { releasedTime, held: 0 },
        lastHandledReleaseDeletions: 'please',
      });
  });

  it('keeps what was counted', () => {
    const deletions = { windowStartTime: now, count: 5, uids: ['u'], held: 25 };
    expect(releasedDeletions({ ...annotated, status: { deletions } }, now, undefined)?.deletions).toEqual({
      ...deletions,
      held: 0,
      releasedTime: now,
    });
  });
});

describe('the usage of connections', () => {
  const FINALIZER = 'pam-operator.io/finalizer';
  const ready = (status: 'True' | 'False', reason: string, more: string[] = []) => ({
    conditions: ['Ready', ...more].map((type) => ({
      type,
      status: type === 'Ready' ? status : ('True' as const),
      reason,
      message: '',
      lastTransitionTime: '2026-03-01T10:00:00Z',
    })),
  });
  const heldAt = (uid: string, time: string) =>
    credential(
      { deletionPolicy: 'Disable' },
      { uid, deletionTimestamp: time, finalizers: [FINALIZER] },
      ready('False', 'DeletionHeld', ['Reconciling']),
    );

  it('counts by connection, tells each change once, and ends at nothing', () => {
    const told: string[] = [];
    const usage = new ConnectionUsage((name, before, after) =>
      told.push(`${name} ${before.total}/${before.ready} ${after.total}/${after.ready}`),
    );
    const one = credential({}, { uid: '1' });
    usage.changed(one);
    usage.changed(one);
    usage.changed({ ...one, status: ready('True', 'Synced') });
    usage.changed(credential({ connection: 'other' }, { uid: '2' }, ready('False', 'Conflict', ['Stalled'])));
    expect(usage.of('default')).toMatchObject({ total: 1, ready: 1, stalled: 0 });
    expect(usage.of('other')).toMatchObject({ total: 1, ready: 0, stalled: 1 });
    usage.deleted(one);
    expect(usage.of('default')).toMatchObject({ total: 0, ready: 0 });
    expect(told).toEqual(['default 0/0 1/0', 'default 1/0 1/1', 'other 0/0 1/0', 'default 1/1 0/0']);
  });

  it.each([
    { because: 'a declared disable', given: credential({ enabled: false }), pending: 1 },
    {
      because: 'one that was carried out',
      given: credential({ enabled: false }, {}, { enabled: false }),
      pending: 0,
    },
    {
      because: 'one that is suspended waits too',
      given: credential({ enabled: false, suspend: true }),
      pending: 1,
    },
    {
      because: 'one whose resource is being deleted is another story',
      given: credential({ enabled: false }, { deletionTimestamp }),
      pending: 0,
    },
    { because: 'none declared', given: credential(), pending: 0 },
  ])('pending disables: $because', ({ given, pending }) => {
    const usage = new ConnectionUsage(() => {});
    usage.changed(given);
    expect(usage.of('default').disablesPending).toBe(pending);
  });

  it('held deletions: until they are released, or are let go of', () => {
    const usage = new ConnectionUsage(() => {});
    usage.changed(heldAt('1', '2026-03-01T10:00:00Z'));
    usage.changed(heldAt('2', '2026-03-01T10:00:05Z'));
    expect(usage.heldSince('default', undefined)).toBe(2);
    expect(usage.heldSince('default', '2026-03-01T10:00:00Z')).toBe(1);
    expect(usage.latestDeletion('default')).toBe('2026-03-01T10:00:05Z');
    const retained = heldAt('2', '2026-03-01T10:00:05Z');
    usage.changed({ ...retained, spec: { ...retained.spec, deletionPolicy: 'Retain' } });
    expect(usage.heldSince('default', undefined)).toBe(1);
    usage.deleted(retained);
    usage.deleted(heldAt('1', '2026-03-01T10:00:00Z'));
    expect(usage.heldSince('default', undefined)).toBe(0);
    expect(usage.latestDeletion('default')).toBeUndefined();
  });
});
