import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { ReflectorHandler } from '../../src/kube/store-feed.ts';
import type { StoredConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

describe('a handler that fails is counted, ends nothing, and is called for the next change', () => {
  const rows = [
    {
      because: 'it throws',
      fail: () => {
        throw new Error('handler');
      },
    },
    {
      because: 'it is asynchronous and rejects',
      fail: () => Promise.reject(new Error('handler')) as unknown as undefined,
    },
  ];

  it.each(rows)('$because', async ({ fail }) => {
    const told: string[] = [];
    const tell = (line: string) => {
      told.push(line);
      return fail();
    };
    const handler: ReflectorHandler<StoredConfigMap> = {
      onAdd: ({ metadata }, { initial }) => tell(`${initial ? 'initial' : 'add'} ${metadata.name}`),
      onUpdate: (_previous, { metadata }) => tell(`update ${metadata.name}`),
      onDelete: ({ metadata }) => tell(`delete ${metadata.name}`),
    };
    await bench.configMaps.create('a');
    const reflector = await bench.follow({}, handler);
    await bench.configMaps.create('b');
    await bench.configMaps.change('a', 'second');
    await bench.configMaps.delete('b');
    await eventually(() => reflector.stats.handlerFailures === 4);
    expect(told).toEqual(['initial a', 'add b', 'update a', 'delete b']);
    expect(bench.contents()).toEqual(['a=second']);
    expect({ watches: bench.watches(), lists: bench.lists() }).toEqual({ watches: 1, lists: 1 });
  });
});
