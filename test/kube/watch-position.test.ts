import { describe, expect, it } from 'vitest';
import { WatchPosition } from '../../src/kube/watch-position.ts';

describe('watch position', () => {
  it('resumes at the list, then at the last event or bookmark, never behind', () => {
    const position = new WatchPosition();
    expect(position.resumeAt).toBeUndefined();
    position.listed('10', undefined);
    expect(position.sees('12', 'a')).toBe(true);
    expect(position.sees('11', 'a')).toBe(false);
    expect(position.sees('12', 'a')).toBe(false);
    position.reaches('20');
    position.reaches('15');
    expect(position.resumeAt).toBe('20');
  });

  it('after a safety relist the watch resumes where it was; replayed events explain differences and are no news', () => {
    const position = new WatchPosition();
    position.listed('10', undefined);
    position.listed('20', new Set(['a', 'b']));
    expect(position.resumeAt).toBe('10');
    expect(position.sees('15', 'a')).toBe(false);
    expect(position.missed).toBe(0);
    expect(position.sees('21', 'c')).toBe(true);
    expect(position.missed).toBe(1);
  });

  it('a bookmark settles the account too', () => {
    const position = new WatchPosition();
    position.listed('10', undefined);
    position.listed('20', new Set(['a']));
    position.reaches('19');
    expect(position.missed).toBe(0);
    position.reaches('20');
    expect(position.missed).toBe(1);
  });

  it('a list that is not newer than the watch is settled at once', () => {
    const position = new WatchPosition();
    position.listed('10', undefined);
    position.listed('10', new Set(['a']));
    expect(position.missed).toBe(1);
  });

  it('a new list before the account is settled drops it: what the watch would have said is unknown', () => {
    const position = new WatchPosition();
    position.listed('10', undefined);
    position.listed('20', new Set(['a']));
    position.listed('30', undefined);
    position.reaches('40');
    expect(position.missed).toBe(0);
  });

  it('two lists from the past are refused, the third is believed', () => {
    const position = new WatchPosition();
    position.listed('100', undefined);
    expect([position.acceptsList('5'), position.acceptsList('5'), position.acceptsList('5')]).toEqual([
      false,
      false,
      true,
    ]);
    position.listed('5', undefined);
    expect(position.sees('6', 'a')).toBe(true);
  });

  it('one list from the past is forgotten by a good one', () => {
    const position = new WatchPosition();
    position.listed('100', undefined);
    expect([position.acceptsList('5'), position.acceptsList('5')]).toEqual([false, false]);
    expect(position.acceptsList('101')).toBe(true);
    expect(position.acceptsList('5')).toBe(false);
  });
});
