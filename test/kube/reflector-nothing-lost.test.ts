import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ObjectIdentity } from '../../src/kube/object-identity.ts';
import type { ReflectorHandler } from '../../src/kube/store-feed.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import type { StoredConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

const WATCH = { isWatch: true, isStreamedList: false };

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

function onlyIdentity(): ObjectIdentity {
  const [object] = bench.store.list();
  if (object === undefined) throw new Error('the store is empty');
  return object.metadata;
}

describe('nothing is lost or doubled', () => {
  it('what a corrupt line said is found by the list that follows', async () => {
    bench.proxy.add({ match: WATCH, times: 1, watch: { drop: (line) => line.includes('"lost"') } });
    await bench.follow();
    await bench.configMaps.create('lost');
    bench.openWatch().inject('�not json');
    await eventually(() => bench.store.size === 1);
    expect(bench.log.lines).toEqual(['add lost=first']);
  });

  describe('deleted and created again under its name: the old UID goes, then the new one comes', () => {
    const expired = { status: 410, body: statusBody(410, 'Expired') };
    const rows = [
      {
        because: 'in a gap that a list closes',
        prepare: () => {
          bench.openWatch().hold();
          bench.proxy.add({ match: WATCH, times: 1, answer: expired });
        },
        goOn: () => bench.openWatch().cut(),
      },
      {
        because: 'in a gap that the resumed watch closes',
        prepare: () => bench.openWatch().hold(),
        goOn: () => bench.openWatch().cut(),
      },
      {
        because: 'where the server lost the deletion',
        prepare: () => bench.openWatch().drop((line) => line.startsWith('{"type":"DELETED"')),
        goOn: () => {},
      },
    ];

    it.each(rows)('$because', async ({ prepare, goOn }) => {
      const told: string[] = [];
      const handler: ReflectorHandler<StoredConfigMap> = {
        onAdd: ({ metadata, value }) => told.push(`add ${value} ${metadata.uid}`),
        onUpdate: (_previous, { metadata }) => told.push(`update ${metadata.uid}`),
        onDelete: ({ metadata, value }) => told.push(`delete ${value} ${metadata.uid}`),
      };
      await bench.configMaps.create('known', 'old');
      await bench.follow({}, handler);
      const old = onlyIdentity().uid;
      prepare();
      await bench.configMaps.delete('known');
      await bench.configMaps.create('known', 'new');
      goOn();
      await eventually(() => bench.contents()[0] === 'known=new');
      expect(told).toEqual([`add old ${old}`, `delete old ${old}`, `add new ${onlyIdentity().uid}`]);
    });
  });

  it('an object that vanished in a gap is reported with its last known state', async () => {
    await bench.configMaps.create('known');
    await bench.follow();
    bench.openWatch().hold();
    await bench.configMaps.delete('known');
    bench.proxy.add({ match: WATCH, times: 1, answer: { status: 410, body: statusBody(410, 'Expired') } });
    bench.openWatch().cut();
    await eventually(() => bench.store.size === 0);
    expect(bench.log.lines).toEqual(['delete known']);
  });

  it('an event that was delivered already, or is older than one that was, changes nothing', async () => {
    await bench.configMaps.create('known', 'one');
    await bench.follow();
    const metadata = onlyIdentity();
    await bench.configMaps.change('known', 'two');
    await eventually(() => bench.log.lines.length === 1);
    for (const resourceVersion of [onlyIdentity().resourceVersion, metadata.resourceVersion, '1']) {
      const stale = { metadata: { ...metadata, resourceVersion }, data: { value: 'stale' } };
      bench.openWatch().inject(JSON.stringify({ type: 'MODIFIED', object: stale }));
      bench.openWatch().inject(JSON.stringify({ type: 'DELETED', object: stale }));
    }
    await bench.configMaps.create('after');
    await eventually(() => bench.store.size === 2);
    expect(bench.log.lines).toEqual(['update known=two', 'add after=first']);
  });

  it('every change arrives while the watch is closed again and again', async () => {
    await bench.follow();
    for (let at = 0; at < 30; at += 1) {
      await bench.configMaps.create(`object-${at}`);
      if (at % 5 === 4) {
        for (const watch of [...bench.proxy.watches]) watch.end();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    }
    await eventually(() => bench.store.size === 30);
    expect(bench.log.lines.length).toBe(30);
    expect(bench.lists()).toBe(1);
  });
});
