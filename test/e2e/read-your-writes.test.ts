import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WatchRelay } from '../support/kube-proxy/watch-relay.ts';
import { metricOf } from './metric-of.ts';
import { type Replica, type ReplicaStage, startReplicaStage } from './replica-stage.ts';
import { credential, NAMESPACE, secret } from './stage.ts';

/** The watch shows the operator's own status writes late: nothing may be decided from the resource as it was before. */
let stage: ReplicaStage;
let replica: Replica;

beforeAll(async () => {
  stage = await startReplicaStage();
  // The baseline is a write of its own, which these counts are not about.
  replica = await stage.start('only', { args: ['--baseline-delay-seconds', '60'] });
  await stage.eventually(() => replica.leads(), Boolean, 'a leader');
});
afterAll(() => stage?.stop());

const passes = () =>
  metricOf(replica.operator, 'controller_runtime_reconcile_total', 'controller="pamcredential"');

function written(name: string): { readonly posts: number; readonly statuses: number } {
  const path = new RegExp(`/pamcredentials/${name}/status$`);
  return {
    posts: stage.pam.journal.calls({ identifier: `test_team-a_${name}`, template: 'C4' }).length,
    statuses: replica.proxy.count({ method: 'PATCH', path }),
  };
}

function resourceWatch(): WatchRelay {
  const watch = replica.proxy.watches.find(({ call }) => call.path.endsWith('/pamcredentials'));
  if (watch === undefined) throw new Error('the resources are not watched');
  return watch;
}

/** Lets the operator look at the resource, for a reason that does not come through its watch, and waits for it. */
async function wake(name: string): Promise<void> {
  const before = await passes();
  await stage.kubectl('label', 'secret', name, '-n', NAMESPACE, '--overwrite', `woken=n${Math.random()}`);
  await stage.eventually(passes, (count) => count > before, 'another pass');
}

const edit = (name: string, additional: string) =>
  stage.patch('pamcredential', name, { spec: { additional } });

/**
 * Passes since then that were made for what the watch has shown until now. Events of the same watch that come after it,
 * one after the other, make a pass each: when they are over, so are the others.
 */
async function passesSince(before: number): Promise<number> {
  const others = [randomUUID(), randomUUID()];
  for (const name of others) {
    await stage.apply(credential(name, { content: undefined }));
    await stage.reason('pamcredential', name, 'Synced');
  }
  await stage.eventually(passes, (count) => count >= before + others.length, 'passes for the others');
  // The last pass is counted a moment after its status can be read.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return (await passes()) - before - others.length;
}

/** Everything is as declared; then the edit is on its way to a slow PAM Core, and from here on the watch is late. */
async function editWithLateWatch(name: string): Promise<WatchRelay> {
  await stage.apply(secret(name, { password: `p4ss-${name}` }), credential(name, { additional: 'zero' }));
  await stage.reason('pamcredential', name, 'Synced');
  const before = written(name);
  stage.pam.faults.add({
    kind: 'delay',
    ms: 3000,
    match: { path: 'C4', identifier: `test_team-a_${name}`, times: 1 },
  });
  await edit(name, 'one');
  await stage.eventually(
    () => written(name).posts,
    (posts) => posts === before.posts + 1,
    'the first edit under way',
  );
  const watch = resourceWatch();
  watch.hold();
  return watch;
}

describe('while the watch does not show the own write yet', () => {
  it('further passes repeat nothing, and the write is no news when it comes', async () => {
    const watch = await editWithLateWatch('one-edit');
    const { statuses } = written('one-edit');
    await stage.eventually(
      () => written('one-edit').statuses,
      (count) => count === statuses + 1,
      'the status',
    );
    const after = written('one-edit');
    await wake('one-edit');
    await wake('one-edit');
    expect(written('one-edit')).toEqual(after);
    const passesBefore = await passes();
    watch.release();
    expect(await passesSince(passesBefore)).toBe(0);
    expect(written('one-edit')).toEqual(after);
  });

  it('an edit that the own write has overtaken is waited for, then done once', async () => {
    const watch = await editWithLateWatch('two-edits');
    const before = written('two-edits');
    await edit('two-edits', 'two');
    // The status names the version that the pass began with: it is refused once, and written onto the newer one.
    await stage.eventually(
      () => written('two-edits').statuses,
      (count) => count >= before.statuses + 2,
      'the status of the first edit',
    );
    await wake('two-edits');
    await wake('two-edits');
    // The answer to the status write showed a newer spec than the cache has: the old one is not pushed again.
    expect(written('two-edits')).toEqual({ posts: before.posts, statuses: before.statuses + 2 });
    watch.release();
    await stage.reason('pamcredential', 'two-edits', 'Synced');
    expect(written('two-edits')).toEqual({ posts: before.posts + 1, statuses: before.statuses + 3 });
    const sent = stage.pam.journal.calls({ identifier: 'test_team-a_two-edits', template: 'C4' });
    expect(sent.map(({ body }) => body.additional)).toEqual(['zero', 'one', 'two']);
  });
});

describe('an event of a resource that is as declared', () => {
  it.each([
    { because: 'a label', change: ['label', 'checked=today'], makes: 0 },
    { because: "somebody else's annotation", change: ['annotate', 'example.com/checked=today'], makes: 0 },
    { because: 'an annotation of ours', change: ['annotate', 'pam-operator.io/checked=today'], makes: 1 },
  ])('$because: makes $makes passes', async ({ change: [verb = '', value = ''], makes }) => {
    await stage.apply(credential('touched', { content: undefined }));
    await stage.reason('pamcredential', 'touched', 'Synced');
    // Nothing is left to be counted.
    await passesSince(0);
    const before = await passes();
    await stage.kubectl(verb, 'pamcredential', 'touched', '-n', NAMESPACE, value);
    expect(await passesSince(before)).toBe(makes);
  });
});
