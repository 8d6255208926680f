import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

let plane: ControlPlane;
let bench: ReflectorBench;
beforeAll(async () => {
  plane = await startControlPlane({ apiServerFlags: ['--feature-gates=WatchList=false'] });
  bench = await openReflectorBench(plane.kubeconfigPath);
});
afterAll(async () => {
  await bench?.stop();
  await plane?.stop();
});

it('an API server that refuses lists as a stream is asked for pages', async () => {
  for (const name of ['a', 'b', 'c']) await bench.configMaps.create(name);
  await bench.start({ pageSize: 2 }).synced;
  expect(bench.contents()).toEqual(['a=first', 'b=first', 'c=first']);
  expect(bench.proxy.count({ isStreamedList: true })).toBe(1);
  expect(bench.proxy.count({ isWatch: false })).toBe(2);
});
