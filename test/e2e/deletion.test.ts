import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { metricOf } from './metric-of.ts';
import { credential, NAMESPACE, type Stage, startStage } from './stage.ts';

/** D6: thirty resources are deleted at once, and the brake lets five records be disabled. The rows follow each other. */
let stage: Stage;
const names = Array.from({ length: 30 }, (_, at) => `app-${at}`);
const disables = { deletionPolicy: 'Disable', enabled: true, content: undefined };

beforeAll(async () => {
  stage = await startStage({ connection: { deletionBrake: { maxDisables: 5, windowSeconds: 3600 } } });
  await stage.apply(...names.map((name) => credential(name, disables)));
  await stage.eventually(
    () => stage.pam.store.credentials().length,
    (count) => count === 30,
    'thirty records',
  );
});
afterAll(() => stage?.stop());

const disabled = () => stage.pam.store.credentials().filter(({ enabled }) => !enabled).length;
const list = () => stage.credentials();
const connection = () => stage.connection();
const reasonOf = ({ status }: PamCredential) =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
const heldMetric = async () =>
  metricOf(stage.operator(), 'pam_operator_deletions_held', 'connection="default"');

function eventuallyHeld(count: number): Promise<readonly PamCredential[]> {
  return stage.eventually(
    list,
    (items) => items.length === count && items.every((item) => reasonOf(item) === 'DeletionHeld'),
    `${count} held deletions`,
  );
}

describe('D6 a mistaken mass deletion', () => {
  it('disables 5 of 30 and holds 25, each with the way out in its message', async () => {
    await stage.kubectl('delete', 'pamcredentials', '--all', '-n', NAMESPACE, '--wait=false');
    const held = await eventuallyHeld(25);
    expect(disabled()).toBe(5);
    const message = held[0]?.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    expect(message).toContain('pam-operator.io/release-deletions');
    expect(message).toContain('deletionPolicy: Retain');
  });

  it('is counted in the status of the connection, in a metric and by one Event', async () => {
    const { status } = await stage.eventually(
      connection,
      (found) => found.status?.deletions?.held === 25,
      'the number of held deletions',
    );
    expect(status?.deletions).toMatchObject({ count: 5, held: 25 });
    expect(status?.deletions?.uids).toHaveLength(5);
    expect(await heldMetric()).toBe(25);
    const events = JSON.parse(await stage.kubectl('get', 'events.events.k8s.io', '-A', '-o', 'json')).items;
    const told = events.filter(
      (event: { reason: string; regarding: { kind: string } }) =>
        event.reason === 'DeletionHeld' && event.regarding.kind === 'PamConnection',
    );
    expect(told).toHaveLength(1);
  });

  it('stays held when the operator starts again', async () => {
    await stage.restartOperator();
    await stage.eventually(heldMetric, (held) => held === 25, 'the metric of the new process');
    await stage.eventually(
      () => metricOf(stage.operator(), 'controller_runtime_reconcile_total', 'controller="pamcredential"'),
      (passes) => passes >= 25,
      'passes of the new process',
    );
    expect(disabled()).toBe(5);
    expect((await eventuallyHeld(25)).length).toBe(25);
    expect((await connection()).status?.deletions).toMatchObject({ count: 5, held: 25 });
  });

  it('one of them lets go with Retain: nothing is called, and the number goes down', async () => {
    const [first] = await list();
    const { name = '' } = first?.metadata ?? {};
    await stage.patch('pamcredential', name, { spec: { deletionPolicy: 'Retain' } });
    await eventuallyHeld(24);
    expect(stage.pam.store.credential(`test_${NAMESPACE}_${name}`)?.enabled).toBe(true);
    expect(disabled()).toBe(5);
    await stage.eventually(heldMetric, (held) => held === 24, 'the metric');
  });

  it('goes on when it is released by the annotation, uncounted and with few writes', async () => {
    await stage.kubectl('annotate', 'pamconnection/default', 'pam-operator.io/release-deletions=yes');
    await stage.eventually(list, (items) => items.length === 0, 'the end of all deletions');
    expect(disabled()).toBe(29);
    const { status } = await stage.eventually(
      connection,
      (found) => found.status?.lastHandledReleaseDeletions === 'yes',
      'the release in the status',
    );
    expect(status?.deletions).toMatchObject({ count: 5, held: 0 });
    expect(status?.deletions?.releasedTime).toBeDefined();
    await stage.eventually(heldMetric, (held) => held === 0, 'the metric');
  });

  it('was released once: a deletion of later is held again', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await stage.apply(credential('late', disables));
    await stage.reason('pamcredential', 'late', 'Synced');
    await stage.kubectl('delete', 'pamcredential/late', '-n', NAMESPACE, '--wait=false');
    await eventuallyHeld(1);
    expect(stage.pam.store.credential(`test_${NAMESPACE}_late`)?.enabled).toBe(true);
  });
});
