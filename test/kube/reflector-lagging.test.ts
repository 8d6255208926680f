import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

/** Enough bytes to fill the buffers of two sockets, and enough events for the server's own buffer behind them. */
const CHANGES = 400;
const VALUE = 'x'.repeat(100_000);

let bench: ReflectorBench;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
});
afterEach(() => bench.stop());

it('a watch that the server closes because it lags resumes where it was, without a list', async () => {
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await bench.configMaps.create(name);
  const reflector = await bench.follow();
  const lagging = bench.openWatch();
  lagging.stall();
  for (let at = 0; at < CHANGES / names.length; at += 1) {
    await Promise.all(names.map((name) => bench.configMaps.change(name, `${at} ${VALUE}`)));
  }
  lagging.catchUp();
  const last = `${CHANGES / names.length - 1} `;
  await eventually(() => [...bench.store.list()].every(({ value }) => value?.startsWith(last)));
  // Had the server kept this watch, there would be one.
  expect(bench.watches()).toBeGreaterThanOrEqual(2);
  expect(bench.lists()).toBe(1);
  expect(reflector.stats.relists).toEqual({ initial: 1 });
  // Not one change was skipped: no state between was lost with the buffers.
  expect(bench.log.lines.length).toBe(CHANGES);
});
