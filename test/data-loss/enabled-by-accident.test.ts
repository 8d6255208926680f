import { beforeEach, describe, expect, it } from 'vitest';
import { brake } from '../../src/core/deletion-brake.ts';
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

  it('D6: with Disable it is disabled, but not more than the brake allows', async () => {
    story.record().active = true;
    const finalizers = ['pam-operator.io/finalizer'];
    story.edit({ deletionPolicy: 'Disable' }, { deletionTimestamp: '2026-03-01T11:00:00Z', finalizers });
    story.admitsDeletions = false;
    await story.passes();
    expect(story.ready()).toBe('False DeletionHeld');
    expect(story.record().active).toBe(true);
    story.admitsDeletions = true;
    await story.passes();
    expect(story.record().active).toBe(false);
  });

  it('D6: the brake holds the 21st of a namespace that was deleted by mistake', () => {
    const now = '2026-03-01T10:00:00Z';
    let deletions: Parameters<typeof brake>[1];
    const passed = Array.from({ length: 30 }, (_, at) => {
      const decision = brake(undefined, deletions, { uid: `uid-${at}`, requestedAt: now, held: false }, now);
      if (decision.passes) deletions = decision.deletions ?? deletions;
      return decision.passes;
    });
    expect(passed.filter(Boolean)).toHaveLength(20);
    expect(passed[20]).toBe(false);
  });
});
