import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { type RotatingWorkload, startRotating } from './rotating-workload.ts';

/** Two processes with one Lease: one works, the other takes over, and PAM Core never hears both. */
let stage: ReplicaStage;
let work: RotatingWorkload;
let first: Replica;
let second: Replica;

/** A candidate that looks at the Lease this seldom has to hear of a release in another way. */
const SELDOM = ['--lease-duration-seconds', '60', '--renew-deadline-seconds', '55'].concat(
  '--retry-period-seconds',
  '45',
);

/** The lists and watches of what is declared. */
const WATCHED = /^\/apis\/pam-operator\.io\/v1alpha1\/(namespaces\/[^/]+\/)?pam\w+$|^\/api\/v1\/.*secrets$/;

beforeAll(async () => {
  stage = await startReplicaStage();
  // Always something in flight, so that a hand-over has something to part.
  stage.pam.faults.add({ kind: 'delay', ms: 300, match: { path: 'C4' } });
});
afterAll(() => stage?.stop());

const contentPosts = () =>
  stage.pam.journal.calls({ template: 'C4' }).filter(({ body }) => body.content !== undefined);

describe('two replicas', () => {
  it('one leads; the other is ready, and does nothing', async () => {
    first = await stage.start('first', { args: SELDOM });
    await stage.eventually(() => first.leads(), Boolean, 'a leader');
    second = await stage.start('second', { args: SELDOM });
    work = await startRotating(stage, 'own', 12);
    await stage.eventually(work.rotations, (count) => count > 40, 'some rotations');
    expect(second.leads()).toBe(false);
    expect((await fetch(`${second.operator.healthUrl}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${second.operator.metricsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^leader_election_master_status\{name="pam-operator"\} 0$/m);
    expect(new Set(stage.writes().map(({ replica }) => replica))).toEqual(new Set(['first']));
  });

  it('SIGTERM of the leader hands over at once, with warm caches, and no value is sent twice', async () => {
    const lists = second.proxy.count({ path: WATCHED, method: 'GET' });
    first.operator.kill('SIGTERM');
    expect(await first.operator.exited).toBe(0);
    const releasedAt = first.terms[0]?.untilMs ?? Number.NaN;
    await stage.eventually(() => second.leads(), Boolean, 'the other leads');
    const leadsAt = second.terms[0]?.fromMs ?? Number.NaN;
    // Half of what a look at the Lease every 45 s or more would take.
    expect(leadsAt - releasedAt).toBeLessThan(20_000);
    const rotations = work.rotations();
    await stage.eventually(work.rotations, (count) => count > rotations + 40, 'more rotations');
    expect(second.proxy.count({ path: WATCHED, method: 'GET' })).toBe(lists);
    const values = await work.settle();
    expect(stage.breaches()).toEqual([]);
    const sent = [...values.values()].flat().length;
    expect(contentPosts()).toHaveLength(sent);
  });
});

describe('SIGKILL of the leader', () => {
  it('is noticed when its Lease ends; nothing is lost', async () => {
    await second.operator.stop();
    const third = await stage.start('third');
    await stage.eventually(() => third.leads(), Boolean, 'a leader');
    const fourth = await stage.start('fourth');
    work = await startRotating(stage, 'rude', 12);
    await stage.eventually(work.rotations, (count) => count > 40, 'some rotations');
    // What is under way now are the last values: another value would wait a minute after an unanswered push.
    const settled = work.settle();
    const killedAt = performance.now();
    third.operator.kill('SIGKILL');
    await stage.eventually(() => fourth.leads(), Boolean, 'the other leads');
    const waited = (fourth.terms[0]?.fromMs ?? Number.NaN) - killedAt;
    // 15 s from its last renewal, and a busy machine.
    expect(waited).toBeLessThan(20_000);
    await settled;
    expect(stage.breaches()).toEqual([]);
    expect(new Set(stage.writes().map(({ replica }) => replica))).toContain('fourth');
  });
});
