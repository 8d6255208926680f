import { beforeEach, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { fromSecret } from '../controller/declared-resources.ts';
import { useVirtualTime } from '../controller/virtual-time.ts';
import { OrdersStory } from './orders-story.ts';

let story: OrdersStory;

describe('PAM Core rotated the password by itself', () => {
  useVirtualTime();
  beforeEach(async () => {
    story = new OrdersStory();
    await story.begins();
    story.rotate('rotated by PAM');
  });

  it('D1: a Secret that changes afterwards is held back, since vault and device would part', async () => {
    story.secret('two');
    await story.passes();
    expect(story.ready()).toBe('False RotatedElsewhere');
    expect(story.record().content).toBe('rotated by PAM');
    expect(story.takeCosts().pam).toEqual(['List']);
  });

  it('D1: neither a restart nor an edit nor the same Secret undoes it', async () => {
    story.crash();
    await story.passes();
    story.edit({ additional: 'edited' });
    await story.passes();
    story.secret('one');
    await story.passes();
    expect(story.record().content).toBe('rotated by PAM');
    expect(story.takeCosts().pam).not.toContain('Upsert+content');
  });

  it('D1: the entry says that PAM Core will rotate it: held, though nothing moved yet', async () => {
    const other = new OrdersStory();
    await other.begins();
    Object.assign(other.record(), { automaticChange: true });
    other.secret('two');
    await other.passes();
    expect(other.ready()).toBe('False RotatedElsewhere');
    expect(other.record().content).toBe('one');
  });

  it.each([
    {
      because: 'PAM Core rotated it: held',
      rotates: true,
      ready: 'False RotatedElsewhere',
      content: 'rotated',
    },
    { because: 'nobody changed it: pushed at once', rotates: false, ready: 'True Synced', content: 'two' },
  ])('D1: a Secret changed under `Once`, then the policy is OnChange; $because', async (row) => {
    const once = new OrdersStory();
    await once.begins({ content: { ...fromSecret, push: 'Once' } });
    if (row.rotates) once.rotate('rotated');
    once.secret('two');
    await once.passes();
    expect(once.pushed()).toEqual([]);
    once.edit({ content: fromSecret });
    await once.passes();
    expect(once.ready()).toBe(row.ready);
    once.crash();
    await once.passes();
    expect(once.record().content).toBe(row.content);
  });

  it('D1: who knows better pushes with a force-sync', async () => {
    story.secret('two');
    await story.passes();
    story.edit({}, { annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } });
    await story.passes();
    expect(story.record().content).toBe('two');
    expect(story.ready()).toBe('True Synced');
  });
});
