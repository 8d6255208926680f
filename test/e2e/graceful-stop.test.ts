import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { credential, OPERATOR_NAMESPACE, secret } from './stage.ts';

/**
 * SIGTERM while PAM Core is slow and much is queued: what was begun, or announced in a status, is finished and recorded;
 * nothing else is begun.
 */
let stage: ReplicaStage;
let replica: Replica;

const DRAIN_MS = 25_000;
const QUEUED = 60;

beforeAll(async () => {
  // A creation takes two calls: half of it done is what a hasty stop would leave.
  stage = await startReplicaStage({ connection: { disabledRecords: 'Hidden' } });
});
afterEach(() => stage.pam.faults.clear());
afterAll(() => stage?.stop());

const posts = () => stage.pam.journal.calls({ template: 'C4' });

async function declare(prefix: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
  await stage.apply(
    ...names.flatMap((name) => [secret(name, { password: `p4ss-${name}` }), credential(name)]),
  );
  return names;
}

async function startLeader(name: string): Promise<Replica> {
  const started = await stage.start(name);
  await stage.eventually(() => started.leads(), Boolean, 'a leader');
  return started;
}

/** @returns how long it took, from when on it was heard to stop, and whose status was written until then */
async function terminate({ operator, proxy }: Replica) {
  const startedAtMs = performance.now();
  operator.kill('SIGTERM');
  await stage.eventually(
    () => operator.log().some(({ msg }) => msg === 'Stops on a signal'),
    Boolean,
    'that it stops',
  );
  const heardAtMs = performance.now();
  const announced = new Set(proxy.calls.map(({ path }) => /([^/]+)\/status$/.exec(path)?.[1]));
  expect(await operator.exited).toBe(0);
  return { tookMs: performance.now() - startedAtMs, heardAtMs, announced };
}

const credentials = () => stage.credentials();

it('finishes and records what it has begun or announced, and begins nothing else', async () => {
  replica = await startLeader('first');
  stage.pam.faults.add({ kind: 'delay', ms: 2500, match: { path: 'C4' } });
  await declare('busy', QUEUED);
  await stage.eventually(
    () => posts().filter(({ done }) => !done).length,
    (count) => count >= 6,
    'calls under way',
  );
  const { tookMs, heardAtMs, announced } = await terminate(replica);
  expect(tookMs).toBeLessThan(DRAIN_MS);

  // No call was cut off, and no record was begun after the signal but what a status had announced.
  expect(posts().filter(({ status }) => status === 'none')).toEqual([]);
  const firstPosts = Map.groupBy(posts(), ({ identifier }) => identifier).values();
  const late = [...firstPosts].filter(([first]) => (first?.arrivedAtMs ?? 0) > heardAtMs);
  const unannounced = late.filter(
    ([first]) => !announced.has(first?.identifier?.replace('test_team-a_', '')),
  );
  expect(unannounced).toEqual([]);
  expect(stage.pam.store.credentials().length).toBeLessThan(QUEUED);

  // Whatever PAM Core holds is complete, and the status of each says so; of the others it has heard nothing.
  const held = new Map(stage.pam.store.credentials().map(({ identifier, content }) => [identifier, content]));
  const resources = await credentials();
  expect(resources).toHaveLength(QUEUED);
  for (const { metadata, status } of resources) {
    const name = metadata.name ?? '';
    const content = held.get(`test_team-a_${name}`);
    const { id, pending } = status ?? {};
    // An announcement that is left alone would make the next value wait for it.
    if (content === undefined)
      expect({ name, id, pending }).toEqual({ name, id: undefined, pending: undefined });
    else {
      const { state } = status?.content ?? {};
      const said = { name, content, state, pending: status?.pending };
      expect(said).toEqual({ name, content: `p4ss-${name}`, state: 'Pushed', pending: undefined });
    }
  }
  expect(resources.filter(({ status }) => status?.id !== undefined)).toHaveLength(held.size);
}, 180_000);

it('gave the Lease back last', async () => {
  const writes = replica.proxy.calls.filter(({ method }) => method !== 'GET');
  expect(writes.at(-1)).toMatchObject({
    method: 'PUT',
    path: expect.stringMatching(/\/leases\/pam-operator$/),
  });
  const path = '{.spec.holderIdentity}';
  const args = ['lease', 'pam-operator', '-n', OPERATOR_NAMESPACE, '-o', `jsonpath=${path}`];
  expect(await stage.kubectl('get', ...args)).toBe('');
});

it('left the rest to the next process, which sends nothing twice', async () => {
  replica = await startLeader('second');
  for (let at = 0; at < QUEUED; at++) await stage.reason('pamcredential', `busy-${at}`, 'Synced');
  const withContent = posts().filter(({ body }) => body.content !== undefined);
  expect(withContent).toHaveLength(QUEUED);
  expect(posts()).toHaveLength(2 * QUEUED);
  expect(stage.breaches()).toEqual([]);
}, 180_000);

it('does not wait for a list that passes wait for', async () => {
  stage.pam.faults.add({ kind: 'hang-before-commit', match: { path: 'C1' } });
  const lists = stage.pam.journal.calls({ template: 'C1' }).length;
  // A push of a changed value asks for a list that is younger than the change.
  await stage.apply(secret('busy-0', { password: 'changed' }));
  await stage.eventually(
    () => stage.pam.journal.calls({ template: 'C1' }).length,
    (count) => count > lists,
    'a list that hangs',
  );
  const { tookMs } = await terminate(replica);
  expect(tookMs).toBeLessThan(DRAIN_MS - 5000);
  stage.pam.faults.clear();
  replica = await startLeader('third');
  await stage.eventually(
    () => stage.pam.store.credential('test_team-a_busy-0')?.content,
    (content) => content === 'changed',
    'the new value',
  );
});

it('does not wait for a connection that was not visited yet', async () => {
  expect((await terminate(replica)).tookMs).toBeLessThan(DRAIN_MS);
  stage.pam.faults.add({ kind: 'hang-before-commit', match: { path: 'TOKEN' } });
  await declare('tokenless', 4);
  replica = await startLeader('fourth');
  await stage.eventually(
    () => stage.pam.journal.calls({ template: 'TOKEN', status: 'none' }).length,
    (count) => count > 0,
    'a call that hangs',
  );
  expect((await terminate(replica)).tookMs).toBeLessThan(DRAIN_MS - 5000);
});
