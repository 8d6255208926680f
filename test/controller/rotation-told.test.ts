import { beforeEach, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { OrdersStory } from '../data-loss/orders-story.ts';
import { useVirtualTime } from './virtual-time.ts';

let story: OrdersStory;
const CHANGED = 'The record was changed in PAM Core since its content was pushed or kept.';

/** The connection reads its list, as it does by itself now and then. */
async function listIsRead(): Promise<void> {
  await story.wait(700_000);
  await story.visit();
  story.takeCosts();
}

async function isEdited(additional: string): Promise<void> {
  story.edit({ additional });
  await story.passes();
}

describe('a rotation that holds nothing back is told in the message of a status that is written anyway', () => {
  useVirtualTime();
  beforeEach(async () => {
    story = new OrdersStory();
    await story.begins({ enabled: true });
    story.rotate('rotated by PAM');
  });

  it('costs no write of its own, neither when a list shows it nor after a restart', async () => {
    await listIsRead();
    await story.passes();
    story.crash();
    await story.visit();
    await story.passes();
    expect(story.takeCosts().writes).toEqual([]);
    expect(story.message()).not.toContain(CHANGED);
  });

  it('is told with an edit, and does not go again: not with the new baseline, not after a restart', async () => {
    await listIsRead();
    await isEdited('edited');
    expect(story.message()).toMatch(new RegExp(`^PAM Core holds what the resource declares\\. ${CHANGED}$`));
    // The baseline of that write comes in a write of its own.
    await story.passes();
    expect(story.status().content?.change).toBe('change 3');
    story.takeCosts();
    await story.passes();
    expect(story.takeCosts().writes).toEqual([]);
    story.crash();
    await isEdited('edited again');
    expect(story.message()).toContain(CHANGED);
  });

  it('is not told as long as no list shows it', async () => {
    await isEdited('edited');
    expect(story.message()).not.toContain('changed in PAM Core');
  });

  it('ends with the next push: then PAM Core has what the Secret says', async () => {
    await listIsRead();
    await isEdited('edited');
    story.edit({}, { annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    await story.passes();
    expect(story.record().content).toBe('one');
    expect(story.message()).toBe('PAM Core holds what the resource declares.');
  });

  it('is not told of a record that gets a new value in the same pass', async () => {
    await listIsRead();
    story.edit({}, { annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    await story.passes();
    expect(story.message()).toBe('PAM Core holds what the resource declares.');
  });

  it('is told again when the fault that replaced the message is over', async () => {
    await listIsRead();
    story.pam.faults.push({ operation: 'Upsert', fault: { signal: 'timeout' } });
    await isEdited('edited');
    expect(story.ready()).toBe('False PamTimeout');
    await story.passes();
    expect(story.ready()).toBe('True Synced');
    expect(story.message()).toContain(CHANGED);
  });
});

describe('what a push of our own moved is no rotation', () => {
  useVirtualTime();
  beforeEach(async () => {
    story = new OrdersStory();
    await story.begins({ enabled: true });
  });

  it('when its answer never came', async () => {
    story.secret('two');
    story.pam.faults.push({ operation: 'Upsert', fault: { signal: 'timeout' }, applied: true });
    await story.passes();
    await listIsRead();
    await isEdited('edited');
    expect(story.message()).toContain('presumed applied');
    expect(story.message()).not.toContain(CHANGED);
  });
});
