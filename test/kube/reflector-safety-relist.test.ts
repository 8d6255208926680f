import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

const WATCH = { isWatch: true, isStreamedList: false };

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

describe('safety relist', () => {
  it('counts what the watch had missed and repairs it', async () => {
    await bench.configMaps.create('kept');
    await bench.configMaps.create('gone');
    const drop = (line: string) => /"name":"(lost|gone)"/.test(line);
    bench.proxy.add({ match: WATCH, watch: { drop } });
    const reflector = bench.start({ relistMs: 1500 });
    await reflector.synced;
    await eventually(() => bench.proxy.watches.length === 1);
    await bench.configMaps.create('lost');
    await bench.configMaps.delete('gone');
    await eventually(() => reflector.stats.relists.periodic === 1 && bench.store.size === 2);
    // The watch resumes before the list and must show that it has come past it.
    await bench.configMaps.create('after');
    await eventually(() => reflector.stats.missed === 2);
    expect(bench.contents()).toEqual(['after=first', 'kept=first', 'lost=first']);
  });

  it('counts nothing where the watch delivered all, also what happened around the relist', async () => {
    const reflector = bench.start({ relistMs: 700 });
    await reflector.synced;
    const kept = new Set<string>();
    for (let at = 0; (reflector.stats.relists.periodic ?? 0) < 3; at += 1) {
      await bench.configMaps.create(`object-${at}`);
      kept.add(`object-${at}=first`);
      if (at % 3 !== 2) continue;
      await bench.configMaps.delete(`object-${at - 1}`);
      kept.delete(`object-${at - 1}=first`);
    }
    await bench.configMaps.create('after');
    await eventually(() => bench.log.lines.includes('add after=first'));
    expect(reflector.stats.missed).toBe(0);
    expect(bench.contents()).toEqual([...kept, 'after=first'].sort());
    // An object that came and went between the end of the watch and the list may be told of never, but not twice.
    expect(new Set(bench.log.lines).size).toBe(bench.log.lines.length);
  });
});
