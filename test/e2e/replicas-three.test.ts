import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { startRotating } from './rotating-workload.ts';

/** Three processes whose wall clocks are two hours apart: time is told by what changes in the Lease, not by its dates. */
let stage: ReplicaStage;
let replicas: Replica[] = [];

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  stage = await startReplicaStage();
  stage.pam.faults.add({ kind: 'delay', ms: 200, match: { path: 'C4' } });
  replicas = [
    await stage.start('behind', { clockShiftMs: -HOUR_MS }),
    await stage.start('exact'),
    await stage.start('ahead', { clockShiftMs: HOUR_MS }),
  ];
});
afterAll(() => stage?.stop());

async function leader(): Promise<Replica> {
  const find = () => replicas.find((replica) => replica.leads());
  await stage.eventually(() => find()?.name, Boolean, 'a leader');
  const found = find();
  if (found === undefined) throw new Error('nobody leads');
  return found;
}

it.each([
  { because: 'an orderly end', signal: 'SIGTERM', limitMs: 60_000 },
  // 15 s from the last renewal, and a busy machine.
  { because: 'a sudden end', signal: 'SIGKILL', limitMs: 20_000 },
] as const)('one of the others takes over after $because, and only one', async ({ signal, limitMs }) => {
  const work = await startRotating(stage, signal.toLowerCase(), 8);
  await stage.eventually(work.rotations, (count) => count > 24, 'some rotations');
  const before = await leader();
  const settled = work.settle();
  const askedAt = performance.now();
  before.operator.kill(signal);
  await before.operator.exited;
  const after = await leader();
  expect(performance.now() - askedAt).toBeLessThan(limitMs);
  await settled;
  const more = await startRotating(stage, `after-${signal.toLowerCase()}`, 4);
  await stage.eventually(more.rotations, (count) => count > 8, 'rotations by the next');
  await more.settle();
  expect(stage.breaches()).toEqual([]);
  expect(stage.writes().at(-1)?.replica).toBe(after.name);
  expect(replicas.filter((replica) => replica.leads())).toEqual([after]);
});

it('the dates in the Lease are as wrong as the clocks, and nobody minds', async () => {
  const path = '{.spec.renewTime}';
  const args = ['lease', 'pam-operator', '-n', 'pam-operator', '-o', `jsonpath=${path}`];
  const renewed = Date.parse(await stage.kubectl('get', ...args));
  const { name } = await leader();
  const shift = { behind: -HOUR_MS, exact: 0, ahead: HOUR_MS }[name] ?? Number.NaN;
  expect(Math.abs(renewed - Date.now() - shift)).toBeLessThan(HOUR_MS / 2);
});
