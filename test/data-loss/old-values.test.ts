import { beforeEach, describe, expect, it } from 'vitest';
import { useVirtualTime } from '../controller/virtual-time.ts';
import { OrdersStory } from './orders-story.ts';

let story: OrdersStory;
const pushed = () => story.pam.calls.flatMap(({ content }) => content ?? []);

describe('which value of a Secret goes out', () => {
  useVirtualTime();
  beforeEach(async () => {
    story = new OrdersStory();
    await story.begins();
  });

  it('D2: the one that the API server holds at the push, not the one whose event woke the pass', async () => {
    story.secret('two');
    story.pam.before = (operation) => {
      // The Secret changes once more while the list is on its way.
      if (operation === 'List') story.secret('three');
    };
    await story.passes();
    await story.passes();
    expect(pushed().at(-1)).toBe('three');
    expect(story.record().content).toBe('three');
  });

  it('D2: after a restart the Secret is read anew, and the same value is not sent', async () => {
    story.crash();
    await story.passes();
    story.secret('one');
    await story.passes();
    expect(pushed()).toEqual([]);
  });

  it('D2: a new Secret under the old name with another value is a change, with the same value it is none', async () => {
    story.kubernetes.secret('shop/orders', undefined);
    await story.passes();
    expect(story.ready()).toBe('False SecretNotFound');
    story.secret('one');
    await story.passes();
    expect(pushed()).toEqual([]);
    story.secret('two');
    await story.passes();
    expect(pushed()).toEqual(['two']);
  });

  it('D3: a Secret that was rolled back is a change like any other, and PAM Core gets the old value once', async () => {
    story.secret('two');
    await story.passes();
    await story.passes();
    story.secret('one');
    await story.passes();
    await story.passes();
    expect(pushed()).toEqual(['two', 'one']);
  });

  it('D22: what PAM Core would alter or refuse does not leave: a line break at the end', async () => {
    story.secret('two\n');
    await story.passes();
    expect(story.ready()).toBe('False SecretValueInvalid');
    expect(story.message()).toContain('spec.content.trim');
    expect(story.record().content).toBe('one');
    expect(pushed()).toEqual([]);
  });

  it('D22: with `trim` exactly one line break is taken off', async () => {
    story.edit({ content: { secretRef: { name: 'orders', key: 'password' }, trim: true } });
    story.secret('two\n');
    await story.passes();
    expect(story.record().content).toBe('two');
  });

  it.each([
    { because: 'more than 256 characters', value: 'x'.repeat(257) },
    { because: 'nothing at all', value: '' },
  ])('D22: refused before any call: $because', async ({ value }) => {
    story.secret(value);
    await story.passes();
    expect(story.ready()).toBe('False SecretValueInvalid');
    expect(pushed()).toEqual([]);
  });
});
