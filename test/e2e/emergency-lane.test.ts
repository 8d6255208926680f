import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JournalEntry } from '../support/pam-core/journal.ts';
import { metricOf } from './metric-of.ts';
import { credential, type Stage, startStage } from './stage.ts';

let stage: Stage;
const URGENT = ['plain', 'start', 'retried', 'waiting', 'exhausted', 'two-seconds'];
const active = { enabled: true, content: undefined };
const SLOW_MS = 8000;
const QUEUED = 2000;
/** Of those that wait; kubectl sends one after the other, so several of them share the work. */
const CHUNK = 250;

/** Seven places, and one that is kept for disables. */
const LIMITS = { maxInFlight: 8, requestsPerSecond: 200, burst: 200 };

beforeAll(async () => {
  stage = await startStage({
    connection: { limits: LIMITS },
    args: ['--backoff-base-seconds', '1'],
  });
  await stage.apply(...URGENT.map((name) => credential(name, active)));
  for (const name of URGENT) await stage.reason('pamcredential', name, 'Synced');
});
afterAll(() => stage?.stop());

const writes = () => stage.pam.journal.writes();
const posts = () => stage.pam.journal.calls({ template: 'C4' });
const pending = () => metricOf(stage.operator(), 'pam_operator_disables_pending', 'connection="default"');
const busyWorkers = () =>
  metricOf(stage.operator(), 'controller_runtime_active_workers', 'controller="pamcredential"');
const confirmed = () => metricOf(stage.operator(), 'pam_operator_time_to_disable_seconds_count');

/** All places are taken, and none becomes free for half of a call's time: the next write is not a matter of luck. */
async function whileAllPlacesAreTaken(places: number): Promise<number> {
  await stage.eventually(
    () => ({ now: Date.now(), open: posts().filter(({ done }) => !done) }),
    ({ now, open: [oldest, ...others] }) =>
      others.length === places - 1 && now - Date.parse(oldest?.time ?? '') < SLOW_MS / 2,
    `${places} calls that have begun lately`,
  );
  return writes().length;
}

async function nextWrite(after: number): Promise<JournalEntry | undefined> {
  await stage.eventually(writes, (all) => all.length > after, 'the next write');
  return writes()[after];
}

const limitTo = (limits: object) => stage.patchConnection({ spec: { limits } });
const disable = (name: string) => stage.patch('pamcredential', name, { spec: { enabled: false } });

async function eventuallyDisabled(name: string): Promise<void> {
  const { status } = await stage.eventually(
    () => stage.credential(name),
    (found) => found.status?.enabled === false,
    `${name} disabled`,
  );
  expect(stage.pam.store.record(status?.id ?? '')?.enabled).toBe(false);
}

describe('enabled: false while an update of the same resource waits for a place', () => {
  it('goes before it', async () => {
    await limitTo({ ...LIMITS, maxInFlight: 2 });
    stage.pam.faults.add({ kind: 'delay', ms: SLOW_MS, match: { path: 'C4' } });
    const before = posts().length;
    await stage.patch('pamcredential', 'plain', { spec: { additional: 'edited' } });
    await stage.eventually(posts, (all) => all.length > before, 'the call that takes the place');
    await stage.eventually(busyWorkers, (count) => count === 1, 'nothing else in work');
    await stage.patch('pamcredential', 'waiting', { spec: { additional: 'edited' } });
    await stage.eventually(busyWorkers, (count) => count === 2, 'the update in work, which is in line');
    const after = writes().length;
    await disable('waiting');
    expect(await nextWrite(after)).toMatchObject({ template: 'C6', identifier: 'test_team-a_waiting' });
    stage.pam.faults.clear();
    await stage.eventually(
      () => posts().slice(before),
      (all) => all.some(({ identifier }) => identifier === 'test_team-a_waiting'),
      'the update after it',
    );
    await eventuallyDisabled('waiting');
    await limitTo(LIMITS);
  });
});

/**
 * PAM Core takes eight seconds for an upsert and one for a disable, and 2,000 resources wait to be created. Seven of the
 * eight places are taken all the time, and every worker is busy; `enabled: false` has workers, a place and a token of
 * its own.
 */
describe('enabled: false while PAM is slow and 2,000 resources wait', () => {
  beforeAll(async () => {
    stage.pam.faults.add({ kind: 'delay', ms: SLOW_MS, match: { path: 'C4' } });
    stage.pam.faults.add({ kind: 'delay', ms: 1000, match: { path: 'C6' } });
    const queued = Array.from({ length: QUEUED }, (_, at) =>
      credential(`queued-${at}`, { content: undefined }),
    );
    const chunks = Array.from({ length: QUEUED / CHUNK }, (_, at) =>
      queued.slice(at * CHUNK, (at + 1) * CHUNK),
    );
    await Promise.all(chunks.map((chunk) => stage.apply(...chunk)));
  });

  it('is the next write, in a place of its own, and counts as pending until PAM has answered', async () => {
    const before = await confirmed();
    const after = await whileAllPlacesAreTaken(7);
    await disable('plain');
    expect(await nextWrite(after)).toMatchObject({
      template: 'C6',
      identifier: 'test_team-a_plain',
      inFlight: 8,
    });
    expect(await pending()).toBe(1);
    await eventuallyDisabled('plain');
    await stage.eventually(pending, (count) => count === 0, 'no pending disable');
    expect(await confirmed()).toBe(before + 1);
  });

  it('is tried again before the others when PAM refuses it for a moment', async () => {
    stage.pam.faults.add({ kind: 'service-unavailable', match: { path: 'C6', times: 1 } });
    const after = await whileAllPlacesAreTaken(7);
    await disable('retried');
    expect(await nextWrite(after)).toMatchObject({ template: 'C6', inFlight: 8 });
    await eventuallyDisabled('retried');
    const tries = stage.pam.journal.calls({ template: 'C6', identifier: 'test_team-a_retried' });
    expect(tries.map(({ status, inFlight }) => [status, inFlight > 7])).toEqual([
      [503, true],
      [200, true],
    ]);
    expect(stage.pam.store.credentials().length).toBeLessThan(QUEUED / 2);
  });

  it('is among the first writes of an operator that starts, beside those that go out at the same moment', async () => {
    const operator = stage.operator();
    operator.kill('SIGKILL');
    await operator.exited;
    await disable('start');
    const after = writes().length;
    await stage.restartOperator();
    const sent = await stage.eventually(
      () => writes().slice(after),
      (all) => all.some(({ identifier }) => identifier === 'test_team-a_start'),
      'the disable',
    );
    // Each call has a socket of its own: which of those that are sent at once arrives first is the network's to decide.
    const position = sent.findIndex(({ identifier }) => identifier === 'test_team-a_start');
    expect(sent[position]).toMatchObject({ template: 'C6' });
    expect(position).toBeLessThan(8);
    await eventuallyDisabled('start');
  });

  it('goes before the 2,000 that wait where each call takes two seconds', async () => {
    stage.pam.faults.clear();
    stage.pam.faults.add({ kind: 'delay', ms: 2000, match: { path: 'C4' } });
    stage.pam.faults.add({ kind: 'delay', ms: 2000, match: { path: 'C6' } });
    const after = writes().length;
    await disable('two-seconds');
    const sent = await stage.eventually(
      () => writes().slice(after),
      (all) => all.some(({ template }) => template === 'C6'),
      'the disable',
    );
    // No more than the places can have sent while kubectl was on its way: one round, and one that had just begun.
    expect(sent.findIndex(({ template }) => template === 'C6')).toBeLessThanOrEqual(14);
    await eventuallyDisabled('two-seconds');
    expect(stage.pam.store.credentials().length).toBeLessThan(QUEUED / 2);
  });

  it('waits for no token where the limit of one call a second is used up', async () => {
    stage.pam.faults.clear();
    await limitTo({ maxInFlight: 1, requestsPerSecond: 1, burst: 1 });
    const calm = posts().length;
    await stage.eventually(posts, (all) => all.length >= calm + 3, 'calls at the slow pace');
    const after = writes().length;
    await disable('exhausted');
    const all = await stage.eventually(
      () => writes().slice(after),
      (found) => found.some(({ template }) => template === 'C6'),
      'the disable',
    );
    // One may have gone out while kubectl was on its way.
    expect(all.findIndex(({ template }) => template === 'C6')).toBeLessThanOrEqual(1);
    await eventuallyDisabled('exhausted');
    expect(stage.pam.store.credentials().length).toBeLessThan(QUEUED - 10);
  });
});
