import { describe, expect, it } from 'vitest';
import { changesBeyondStatus, laneOf, wantsDisable } from '../../src/core/wake.ts';
import { aCredential, type ResourceStory } from '../support/situation/a-resource.ts';

const enabled = aCredential().enabled(true).known('152');

describe('the lane of a resource', () => {
  const rows: { because: string; story: ResourceStory; initial?: boolean; lane: string }[] = [
    {
      because: 'a declared disable goes first, also at start-up',
      story: enabled.enabled(false),
      initial: true,
      lane: 'disable',
    },
    {
      because: 'a new resource that is to be disabled',
      story: aCredential().enabled(false),
      lane: 'disable',
    },
    {
      because: 'a disable that was carried out',
      story: aCredential().enabled(false).known('1'),
      lane: 'change',
    },
    {
      because: 'suspended, nothing is urgent',
      story: enabled.enabled(false).spec({ suspend: true }),
      lane: 'change',
    },
    { because: 'a deletion', story: enabled.enabled(false).deleted(), lane: 'deletion' },
    { because: 'a deletion at start-up', story: enabled.deleted(), initial: true, lane: 'deletion' },
    { because: 'a change', story: enabled, lane: 'change' },
    { because: 'the first list', story: enabled, initial: true, lane: 'resync' },
  ];
  it.each(rows)('$because: $lane', ({ story, initial = false, lane }) => {
    expect(laneOf(story.resource(), initial)).toBe(lane);
  });
});

describe('a disable is due', () => {
  it.each([
    { because: 'declared and set', story: aCredential().enabled(false).known('1'), due: false },
    { because: 'declared, not set', story: enabled.enabled(false), due: true },
    { because: 'declared, unknown', story: aCredential().enabled(false), due: true },
    { because: 'not declared', story: aCredential(), due: false },
  ])('$because: $due', ({ story, due }) => {
    expect(wantsDisable(story.resource())).toBe(due);
  });
});

describe('an event', () => {
  const { metadata } = aCredential().resource();
  it.each([
    { because: 'the status alone', next: { resourceVersion: '2' }, news: false },
    { because: 'labels alone', next: { labels: { a: 'b' } }, news: false },
    { because: 'the spec', next: { generation: 4 }, news: true },
    { because: 'the deletion', next: { deletionTimestamp: '2026-01-01T00:00:00Z' }, news: true },
    { because: 'an annotation', next: { annotations: { 'pam-operator.io/force-sync': 'x' } }, news: true },
    { because: 'a finalizer', next: { finalizers: ['x'] }, news: true },
    { because: 'an empty list where there was none', next: { finalizers: [], annotations: {} }, news: false },
  ])('of $because is news: $news', ({ next, news }) => {
    expect(changesBeyondStatus(metadata, { ...metadata, ...next })).toBe(news);
  });
});
