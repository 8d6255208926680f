import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { connectionAt } from '../kube/cluster-fixture.ts';
import { type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { credential, EVERYTHING, secret } from './stage.ts';

/** One tenant's trouble is that tenant's: the time from a change to PAM Core, beside it and without it. */
let stage: ReplicaStage;
let client: KubeClient;

/** Fairness is the question, not size: as many as two cores touch all the time. The unit tests have 5,000. */
const MANY = 250;
const QUIET = ['quiet-0', 'quiet-1', 'quiet-2'];
const NOISY = 'noisy';
const SAMPLES = 15;
const PAM_MS = 40;

beforeAll(async () => {
  const [everything] = EVERYTHING;
  const names = [...QUIET, NOISY];
  stage = await startReplicaStage({
    connection: {
      grants: [{ ...everything, namespaces: { names } }] as typeof EVERYTHING,
      limits: { requestsPerSecond: 1000, burst: 1000 },
    },
  });
  client = createKubeClient({ connection: connectionAt(stage.controlPlane.kubeconfigPath) });
  for (const name of names) await stage.kubectl('create', 'namespace', name);
  const replica = await stage.start('only', { args: ['--backoff-max-seconds', '1'] });
  // The API server answers none of its status writes: the pass throws.
  replica.proxy.add({
    match: { method: 'PATCH', path: /pamcredentials\/throws\/status$/ },
    answer: { status: 500, body: { kind: 'Status', apiVersion: 'v1', code: 500, reason: 'InternalError' } },
  });
  for (const namespace of QUIET) await stage.apply(...placed(namespace, 'calm'));
  await inSync(QUIET.map((namespace) => [namespace, 'calm']));
  stage.pam.faults.add({ kind: 'unexpected-error', match: { identifier: `test_${NOISY}_fails` } });
  stage.pam.faults.add({ kind: 'delay', ms: PAM_MS, match: { path: 'C4' } });
});
afterAll(async () => {
  await client?.close();
  await stage?.stop();
});

function placed(namespace: string, name: string): object[] {
  const objects = [
    secret(name, { password: 'p4ss' }),
    credential(name, { username: `${namespace}-${name}` }),
  ] as { readonly metadata: object }[];
  return objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
}

const pathOf = (namespace: string, name = '') =>
  `/apis/pam-operator.io/v1alpha1/namespaces/${namespace}/pamcredentials/${name}`.replace(/\/$/, '');
const recordOf = (namespace: string, name: string) => stage.pam.store.credential(`test_${namespace}_${name}`);

async function inSync(names: readonly (readonly string[])[]): Promise<void> {
  for (const [namespace = '', name = ''] of names)
    await stage.eventually(
      () => recordOf(namespace, name)?.content,
      (content) => content === 'p4ss',
      name,
    );
}

async function note(namespace: string, name: string, additional: string): Promise<void> {
  const contentType = 'application/merge-patch+json';
  await client.request({
    method: 'PATCH',
    path: pathOf(namespace, name),
    body: { spec: { additional } },
    contentType,
  });
}

let stamps = 0;

/** Milliseconds from an edit of a resource until PAM Core has it. */
async function latencyOf(namespace: string, name: string): Promise<number> {
  const stamp = `stamp ${++stamps}`;
  const startedAt = performance.now();
  await note(namespace, name, stamp);
  while (recordOf(namespace, name)?.fields.additional !== stamp) {
    if (performance.now() - startedAt > 60_000) throw new Error(`${namespace}/${name} was not served`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - startedAt;
}

async function medianOfOthers(): Promise<number> {
  const latencies: number[] = [];
  for (let at = 0; at < SAMPLES; at++)
    latencies.push(await latencyOf(QUIET[at % QUIET.length] ?? '', 'calm'));
  return median(latencies);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** Does it again and again, so many at a time, until it is told to end. */
function keepDoing(act: (turn: number) => Promise<unknown>, atOnce = 1): () => Promise<void> {
  let ended = false;
  let turn = 0;
  const running = Array.from({ length: atOnce }, async () => {
    while (!ended) await act(turn++);
  });
  const all = Promise.all(running);
  // Told when it is ended; until then a failure must not end the test run.
  all.catch(() => undefined);
  return async () => {
    ended = true;
    await all;
  };
}

it('others keep their latency beside resources that fail, throw, and change 100 times a second', async () => {
  const alone = await medianOfOthers();
  for (const name of ['fails', 'throws', 'chatty']) await stage.apply(...placed(NOISY, name));
  const startedAt = performance.now();
  const end = keepDoing(async (turn) => {
    await note(NOISY, 'chatty', `note ${turn}`);
    const dueAt = startedAt + (turn + 1) * 10;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
  });
  const failures = () =>
    stage.pam.journal.calls({ identifier: `test_${NOISY}_fails`, template: 'C4' }).length;
  await stage.eventually(failures, (count) => count > 1, 'failures');
  const beside = await medianOfOthers();
  await end();
  expect(beside / alone).toBeLessThan(10);
  await stage.eventually(
    () =>
      stage
        .replicas()[0]
        ?.operator.log()
        .filter(({ msg, resource }) => msg === 'Failed a pass' && resource === `${NOISY}/throws`).length,
    (count = 0) => count > 1,
    'passes that throw',
  );
});

/** How many others PAM Core was told of from the edit of a resource until it was told of that one. */
async function overtakenBy(namespace: string, name: string): Promise<number> {
  const before = stage.pam.journal.entries.length;
  await latencyOf(namespace, name);
  return stage.pam.journal.entries.length - before - 1;
}

it(`others do not wait behind a namespace with ${MANY} resources that change all the time`, async () => {
  await stage.apply(...placed(NOISY, 'shared'));
  const template = placed(NOISY, 'shared')[1] as { spec: object };
  const names = Array.from({ length: MANY }, (_, at) => `many-${at}`);
  let created = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let name = names[created++]; name !== undefined; name = names[created++]) {
        const body = {
          ...template,
          metadata: { name, namespace: NOISY },
          spec: { ...template.spec, username: name },
        };
        await client.request({ method: 'POST', path: pathOf(NOISY), body });
      }
    }),
  );
  const end = keepDoing((turn) => note(NOISY, names[turn % MANY] ?? '', `turn ${turn}`), 4);
  // Counted, not timed: the machine is busy with the crowd, which makes all of them slow.
  const inTheCrowd = [await overtakenBy(NOISY, 'shared'), await overtakenBy(NOISY, 'shared')];
  const beside: number[] = [];
  for (let at = 0; at < SAMPLES; at++) beside.push(await overtakenBy(QUIET[at % QUIET.length] ?? '', 'calm'));
  await end();
  expect(Math.min(...inTheCrowd), 'the queue is behind, and not the machine').toBeGreaterThan(MANY / 5);
  expect(median(beside)).toBeLessThan(Math.min(...inTheCrowd) / 3);
}, 240_000);
