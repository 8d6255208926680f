import { beforeEach, describe, expect, it } from 'vitest';
import { RELEASE_DELETIONS_ANNOTATION } from '../../src/api/names.ts';
import { connection } from '../controller/declared-resources.ts';
import { useVirtualTime } from '../controller/virtual-time.ts';
import { OrdersStory } from './orders-story.ts';

let story: OrdersStory;
const toggles = () =>
  story.takeCosts().pam.filter((call) => call.startsWith('Enable') || call.startsWith('Disable'));

describe('who enables and disables', () => {
  useVirtualTime();
  beforeEach(async () => {
    story = new OrdersStory();
    await story.begins({ enabled: true });
    // An administrator, in PAM Core.
    story.record().active = false;
  });

  it('D15: an administrator’s disable survives resyncs, restarts, edits and new passwords', async () => {
    await story.passes();
    story.crash();
    await story.passes();
    story.edit({ additional: 'edited' });
    await story.passes();
    story.secret('two');
    await story.passes();
    await story.passes();
    expect(toggles()).toEqual([]);
  });

  it('D15: a user’s edge counts: off and on again', async () => {
    story.edit({ enabled: false });
    await story.passes();
    story.edit({ enabled: true });
    await story.passes();
    expect(toggles()).toEqual(['Disable 101', 'Enable 101']);
    expect(story.record().active).toBe(true);
  });

  it('D15: dies between a POST that enables and the DELETE that belongs to it: the next process disables', async () => {
    story = new OrdersStory();
    await story.begins({ enabled: false });
    story.secret('two');
    story.pam.faults.push({ operation: 'Upsert', fault: { signal: 'aborted' }, applied: true });
    await story.passes();
    story.record().active = true;
    story.crash();
    await story.passes();
    expect(story.pushed()).toEqual(['two']);
    expect(story.record()).toMatchObject({ active: false, content: 'two' });
  });

  it('D15: a status that was forged to look like an edge is none', async () => {
    const { status } = story.kubernetes.stored('PamCredential', 'shop', 'orders');
    story.edit({}, {}, { ...status, enabled: false });
    await story.passes();
    await story.passes();
    expect(story.record().active).toBe(false);
  });

  it('D6: a deleted resource keeps its record as it is, unless it says Disable', async () => {
    story.record().active = true;
    story.edit({}, { deletionTimestamp: '2026-03-01T11:00:00Z', finalizers: ['example.com/other'] });
    await story.passes();
    expect(toggles()).toEqual([]);
    expect(story.record().active).toBe(true);
  });

  it('D6: of a namespace that was deleted by mistake the brake lets 20 pass and holds the rest', async () => {
    const finalizers = ['pam-operator.io/finalizer'];
    const names = Array.from({ length: 22 }, (_, at) => `orders-${at}`);
    for (const name of names) {
      story.declare({ username: name, enabled: true, deletionPolicy: 'Disable' }, { name, finalizers });
      await story.passes(name);
    }
    toggles();
    for (const name of names) story.deletes(name);
    for (const name of names) await story.reconcile(story.stored(name));
    expect(toggles()).toHaveLength(20);
    expect(names.slice(20).map((name) => story.ready(name))).toEqual([
      'False DeletionHeld',
      'False DeletionHeld',
    ]);
    const { metadata } = story.kubernetes.stored('PamConnection', '', 'default');
    story.connect(
      connection({}, { ...metadata, annotations: { [RELEASE_DELETIONS_ANNOTATION]: 'all of them' } }),
    );
    await story.visit();
    for (const name of names.slice(20)) await story.passes(name);
    expect(toggles()).toHaveLength(2);
  });
});
