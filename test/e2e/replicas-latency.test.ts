import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { startRotating } from './rotating-workload.ts';
import { credential, secret } from './stage.ts';

/** An API server that answers after 12 s: too late for a Lease that is believed in for 10 s without a renewal. */
let stage: ReplicaStage;
let slow: Replica;
let quick: Replica;

const LATENCY_MS = 12_000;
/** Calls to PAM Core may take longer than a leader believes in a Lease that it cannot renew. */
const REQUEST_SECONDS = 20;
const LEASE = [
  '--lease-duration-seconds',
  '26',
  '--renew-deadline-seconds',
  '10',
  '--retry-period-seconds',
  '2',
];

beforeAll(async () => {
  stage = await startReplicaStage({
    connection: { timeouts: { requestSeconds: REQUEST_SECONDS } },
    args: LEASE,
  });
  stage.pam.faults.add({ kind: 'hang-before-commit', match: { identifier: 'test_team-a_hangs', times: 1 } });
  stage.pam.faults.add({ kind: 'delay', ms: 200, match: { path: 'C4' } });
  slow = await stage.start('slow', { args: LEASE });
  await stage.eventually(() => slow.leads(), Boolean, 'a leader');
  quick = await stage.start('quick', { args: LEASE });
});
afterAll(() => stage?.stop());

const callsFor = (name: string) =>
  stage.pam.journal.calls({ identifier: `test_team-a_${name}`, template: 'C4' });
const lookAtLease = { path: /\/leases\/?/, isWatch: false };

it('the leader that cannot renew ends its calls, stands down, and the other takes over', async () => {
  const work = await startRotating(stage, 'own', 6);
  await stage.eventually(work.rotations, (count) => count > 18, 'some rotations');
  await stage.apply(secret('hangs', { password: 'p4ss-hangs' }), credential('hangs'));
  await stage.eventually(
    () => callsFor('hangs').length,
    (count) => count === 1,
    'a call that hangs',
  );
  const settled = work.settle();
  slow.proxy.add({ match: {}, delayMs: LATENCY_MS });
  await stage.eventually(
    () => slow.leads(),
    (leads) => !leads,
    'that it stands down',
  );
  const [hanging] = callsFor('hangs');
  await stage.eventually(() => hanging?.done, Boolean, 'the end of the call');
  const lasted = (hanging?.endedAtMs ?? Number.NaN) - (hanging?.arrivedAtMs ?? Number.NaN);
  // It was ended with the leadership, not by its own time limit.
  expect(lasted).toBeLessThan(REQUEST_SECONDS * 1000 - 2000);
  await stage.eventually(() => quick.leads(), Boolean, 'the other leads');
  await settled;
  await stage.reason('pamcredential', 'hangs', 'Synced');
  expect(stage.breaches()).toEqual([]);
});

it('where all of them are cut off, nobody leads and nobody writes, until it is over', async () => {
  const work = await startRotating(stage, 'all', 6);
  await stage.eventually(work.rotations, (count) => count > 18, 'some rotations');
  const settled = work.settle();
  quick.proxy.add({ match: {}, delayMs: LATENCY_MS });
  await stage.eventually(
    () => quick.leads() || slow.leads(),
    (leads) => !leads,
    'that nobody leads',
  );
  const written = stage.writes().length;
  const tries = quick.proxy.count(lookAtLease);
  await stage.eventually(
    () => quick.proxy.count(lookAtLease),
    (count) => count > tries + 2,
    'tries',
  );
  expect(stage.writes()).toHaveLength(written);
  expect(quick.leads() || slow.leads()).toBe(false);
  for (const { proxy } of [slow, quick]) proxy.clear();
  await stage.eventually(() => quick.leads() || slow.leads(), Boolean, 'a leader');
  await settled;
  expect(stage.breaches()).toEqual([]);
});
