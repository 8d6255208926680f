import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { startRotating } from './rotating-workload.ts';

/** A leader that is stopped for 20 s, as by a busy host or a debugger, and does not know when it goes on. */
let stage: ReplicaStage;
let frozen: Replica;
let other: Replica;

const FROZEN_MS = 20_000;
const WRITES = /^(POST|PUT|PATCH|DELETE)$/;

beforeAll(async () => {
  stage = await startReplicaStage();
  stage.pam.faults.add({ kind: 'delay', ms: 300, match: { path: 'C4' } });
  frozen = await stage.start('frozen');
  await stage.eventually(() => frozen.leads(), Boolean, 'a leader');
  other = await stage.start('other');
});
afterAll(() => stage?.stop());

/** What a replica wrote to the API server, apart from its tries for the Lease. */
const apiWrites = ({ proxy }: Replica) =>
  proxy.calls
    .filter(({ method, path }) => WRITES.test(method) && !path.includes('/leases'))
    .map(({ method, path }) => `${method} ${path}`);

it('it writes nothing when it wakes: neither to PAM Core nor to the API server', async () => {
  const work = await startRotating(stage, 'cold', 12);
  await stage.eventually(work.rotations, (count) => count > 40, 'some rotations');
  const settled = work.settle();
  frozen.operator.kill('SIGSTOP');
  const stoppedAt = performance.now();
  await stage.eventually(() => other.leads(), Boolean, 'the other leads');
  await settled;
  const more = await startRotating(stage, 'thaw', 8);
  await stage.eventually(
    () => performance.now() - stoppedAt,
    (ms) => ms > FROZEN_MS,
    'that it was frozen long enough',
  );
  const before = { pam: writesOf('frozen'), api: apiWrites(frozen).length };
  frozen.operator.kill('SIGCONT');
  await stage.eventually(
    () => frozen.leads(),
    (leads) => !leads,
    'that it stands down',
  );
  // It lives on: it looks at the Lease, hears of the changes and does nothing.
  const looks = frozen.proxy.count({ method: 'GET', path: /\/leases\// });
  await stage.eventually(
    () => frozen.proxy.count({ method: 'GET', path: /\/leases\// }),
    (count) => count > looks + 1,
    'that it competes',
  );
  await stage.eventually(more.rotations, (count) => count > 24, 'rotations by the other');
  expect({ pam: writesOf('frozen'), api: apiWrites(frozen).slice(before.api) }).toEqual({
    pam: before.pam,
    api: [],
  });
  await more.settle();
  expect(stage.breaches()).toEqual([]);
  expect((await fetch(`${frozen.operator.healthUrl}/readyz`)).status).toBe(200);
});

it('it leads again when the other ends, in the same process', async () => {
  other.operator.kill('SIGTERM');
  expect(await other.operator.exited).toBe(0);
  await stage.eventually(() => frozen.leads(), Boolean, 'that it leads again');
  const work = await startRotating(stage, 'warm', 4);
  await stage.eventually(work.rotations, (count) => count > 8, 'some rotations');
  await work.settle();
  expect(stage.breaches()).toEqual([]);
  expect(frozen.terms).toHaveLength(2);
  expect(frozen.operator.log().filter(({ msg }) => msg === 'Started pam-operator')).toHaveLength(1);
});

function writesOf(name: string): number {
  return stage.writes().filter(({ replica }) => replica === name).length;
}
