import { bareRun } from '../bare-run.ts';
import { createSet } from '../create-set.ts';
import { followTo } from '../follow.ts';
import type { World } from '../world.ts';

/** Resources are created as fast as the API server takes them, while the operator runs. */
export async function storm(world: World): Promise<void> {
  const { options, figures, progress } = world;
  const bare = await bareRun(world, 'areCreated');
  const observer = await world.observe('storm');
  const operator = await world.startOperator('storm');
  progress.step('Storm:');
  const startedAt = Date.now();
  const [endedAt] = await Promise.all([
    followTo(world, observer, 'synced', options.resources),
    createSet(world, 'storm'),
  ]);
  const seconds = (endedAt - startedAt) / 1000;
  figures.set('stormShare', bare.seconds / seconds);
  figures.set('stormRate', options.resources / seconds);
  const { wallMs, cpuMs } = await operator.longestBlock();
  figures.raise('block', wallMs);
  figures.raise('blockCpu', cpuMs);
  await operator.stop();
  await observer.stop();
}
