import { describe, expect, it } from 'vitest';
import type { Identified } from '../../src/kube/object-identity.ts';
import { Store } from '../../src/kube/store.ts';
import { StoreFeed } from '../../src/kube/store-feed.ts';

interface Item extends Identified {
  readonly owner?: string;
}

function item(name: string, uid: string, resourceVersion: string, owner?: string): Item {
  return { metadata: { namespace: 'n', name, uid, resourceVersion }, ...(owner !== undefined && { owner }) };
}

function open() {
  const store = new Store<Item>({ owner: ({ owner }) => (owner === undefined ? [] : [owner]) });
  const told: string[] = [];
  const feed = new StoreFeed<Item>(store, (raw) => raw as Item, {
    onAdd: ({ metadata }, { initial }) => told.push(`add ${metadata.uid}${initial ? ' initial' : ''}`),
    onUpdate: (previous, { metadata }) =>
      told.push(`update ${metadata.uid} from ${previous.metadata.resourceVersion}`),
    onDelete: ({ metadata }) => told.push(`delete ${metadata.uid}`),
  });
  return { store, feed, told };
}

describe('store', () => {
  it('finds an object by name, by UID and by index, and forgets the old index values', () => {
    const { store, feed } = open();
    feed.changed(item('a', 'u1', '1', 'x'));
    feed.changed(item('b', 'u2', '2', 'x'));
    expect(store.get('n', 'a')?.metadata.uid).toBe('u1');
    expect(store.getByUid('u2')?.metadata.name).toBe('b');
    expect(store.byIndex('owner', 'x').length).toBe(2);
    feed.changed(item('a', 'u1', '3', 'y'));
    expect(store.byIndex('owner', 'x').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(store.byIndex('owner', 'y').map(({ metadata }) => metadata.name)).toEqual(['a']);
    feed.deleted({ uid: 'u1' });
    expect(store.byIndex('owner', 'y')).toEqual([]);
    expect(store.get('n', 'a')).toBeUndefined();
    expect(store.size).toBe(1);
    expect(() => store.byIndex('other', 'x')).toThrow(RangeError);
  });

  it('another UID under a name is another object: delete, then add', () => {
    const { store, feed, told } = open();
    feed.changed(item('a', 'u1', '1'));
    feed.changed(item('a', 'u2', '5'));
    expect(told).toEqual(['add u1', 'delete u1', 'add u2']);
    expect(store.size).toBe(1);
  });

  it('a late deletion of the old object does not take the new one away', () => {
    const { store, feed, told } = open();
    feed.changed(item('a', 'u1', '1'));
    feed.changed(item('a', 'u2', '5'));
    feed.deleted({ uid: 'u1' });
    expect(store.get('n', 'a')?.metadata.uid).toBe('u2');
    expect(told.length).toBe(3);
  });

  it('two objects that claimed one name: the removal of the older keeps the name of the newer', () => {
    const { store } = open();
    store.put(item('a', 'u1', '1'));
    store.put(item('a', 'u2', '5'));
    store.remove('u1');
    expect(store.get('n', 'a')?.metadata.uid).toBe('u2');
  });

  it('a list replaces the contents and tells only differences, deletions first', async () => {
    const { store, feed, told } = open();
    for (const one of [item('a', 'u1', '1'), item('b', 'u2', '2'), item('c', 'u3', '3')])
      feed.changed(one, true);
    const list = [item('a', 'u1', '1'), item('b', 'u2', '9'), item('c', 'u4', '8')];
    const objects = new Map(list.map((one) => [one.metadata.uid, one]));
    const differing = await feed.replace(objects, false, new AbortController().signal);
    expect(told.slice(3)).toEqual(['delete u3', 'update u2 from 2', 'add u4']);
    expect([...differing].sort()).toEqual(['u2', 'u3', 'u4']);
    expect(store.size).toBe(3);
  });

  it('applying a large list lets others have their turn', async () => {
    const { feed } = open();
    const objects = new Map(
      Array.from({ length: 5000 }, (_, at) => [`u${at}`, item(`a${at}`, `u${at}`, '1')]),
    );
    let turns = 0;
    let isRunning = true;
    const tick = (): void => {
      turns += 1;
      if (isRunning) setImmediate(tick);
    };
    setImmediate(tick);
    await feed.replace(objects, true, new AbortController().signal);
    isRunning = false;
    expect(turns).toBeGreaterThanOrEqual(9);
  });
});
