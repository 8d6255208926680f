import { describe, expect, it } from 'vitest';
import { Memories, ResourceMemory } from '../../src/controller/resource-memory.ts';
import { credential } from './declared-resources.ts';

const cachedAt = (resourceVersion: string, generation = 1, finalizers?: string[]) =>
  credential(
    {},
    { resourceVersion, generation, ...(finalizers !== undefined && { finalizers }) },
    { observedGeneration: generation },
  );

const written = {
  resourceVersion: '105',
  generation: 1,
  status: { id: '7' },
  finalizers: ['pam-operator.io/finalizer'],
};

describe('ResourceMemory.overlay', () => {
  it('leaves the cached resource alone before the first own write', () => {
    const cached = cachedAt('100');
    expect(new ResourceMemory().overlay(cached)).toBe(cached);
  });

  it('lays the own write over a cache that has not caught up', () => {
    const memory = new ResourceMemory();
    memory.wrote(['105'], written);
    expect(memory.overlay(cachedAt('99'))).toMatchObject({
      metadata: { resourceVersion: '105', finalizers: ['pam-operator.io/finalizer'] },
      status: { id: '7' },
    });
  });

  it('takes a finalizer away where the own write removed the last one', () => {
    const memory = new ResourceMemory();
    memory.wrote(['105'], { ...written, finalizers: undefined });
    const overlaid = memory.overlay(cachedAt('99', 1, ['pam-operator.io/finalizer']));
    expect(overlaid).not.toBe('stale');
    expect(overlaid === 'stale' ? [] : overlaid.metadata.finalizers).toBeUndefined();
  });

  it.each([
    { because: 'the cache has the own write', resourceVersion: '105' },
    { because: 'the cache has a later one', resourceVersion: '106' },
    {
      because: 'the cache has a later one with more digits, which is compared as a number',
      resourceVersion: '1000',
    },
  ])('forgets the own write when $because', ({ resourceVersion }) => {
    const memory = new ResourceMemory();
    memory.wrote(['105'], written);
    const cached = cachedAt(resourceVersion);
    expect(memory.overlay(cached)).toBe(cached);
    const older = cachedAt('99');
    expect(memory.overlay(older)).toBe(older);
  });

  it('calls the cache stale where the answer to the write showed a newer spec', () => {
    const memory = new ResourceMemory();
    memory.wrote(['105'], { ...written, generation: 2 });
    expect(memory.overlay(cachedAt('100', 1))).toBe('stale');
    const caughtUp = cachedAt('105', 2);
    expect(memory.overlay(caughtUp)).toBe(caughtUp);
  });
});

describe('ResourceMemory.isNews', () => {
  /** An event that brings this version, with a status that is another in each. */
  const isNews = (memory: ResourceMemory, resourceVersion: string) =>
    memory.isNews(cachedAt('1', 1), cachedAt(resourceVersion, 2));

  it.each([
    { because: 'its status is the one before', before: '105', news: false },
    { because: 'its status is the one before an own write that was never seen', before: '104', news: true },
  ])('where somebody wrote: $because → $news', ({ before, news }) => {
    const memory = new ResourceMemory();
    expect(memory.isNews(cachedAt('100'), cachedAt('101'))).toBe(false);
    memory.wrote(['105'], written);
    expect(memory.isNews(cachedAt(before), cachedAt('106'))).toBe(news);
  });

  it.each([
    { because: 'somebody else wrote', own: [], version: '7', news: true },
    { because: 'it was our own write', own: ['7'], version: '7', news: false },
    { because: 'one of several own writes', own: ['5', '6', '7'], version: '5', news: false },
  ])('$because → $news', ({ own, version, news }) => {
    const memory = new ResourceMemory();
    memory.wrote(own, undefined);
    expect(isNews(memory, version)).toBe(news);
  });

  it.each([
    { because: 'its answer came after its event', own: ['7'], foreign: false },
    { because: 'it was not ours', own: ['8'], foreign: true },
  ])('waits for the end of the pass with a judgement: $because', ({ own, foreign }) => {
    const memory = new ResourceMemory();
    memory.begin();
    expect(isNews(memory, '7')).toBe(false);
    memory.wrote(own, undefined);
    expect(memory.end()).toBe(foreign);
    memory.begin();
    expect(memory.end()).toBe(false);
  });

  it('remembers few own versions, the newest ones', () => {
    const memory = new ResourceMemory();
    for (let version = 1; version <= 100; version++) memory.wrote([String(version)], undefined);
    expect(isNews(memory, '1')).toBe(true);
    expect(['98', '99', '100'].map((version) => isNews(memory, version))).toEqual([false, false, false]);
  });
});

describe('Memories', () => {
  it('starts anew for a resource that was created anew, and after it was forgotten', () => {
    const memories = new Memories();
    memories.of('one').failures = 3;
    expect(memories.of('one').failures).toBe(3);
    expect(memories.of('two').failures).toBe(0);
    memories.forget('one');
    expect(memories.of('one').failures).toBe(0);
  });
});
