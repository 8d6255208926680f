import { createOne } from '../create-set.ts';
import type { InSync } from '../in-sync.ts';
import { atRate } from '../paced.ts';
import { percentile } from '../percentile.ts';
import { whileAllAreTouched } from '../touch.ts';
import type { World } from '../world.ts';

const PER_SECOND = 5;

/** How long a new resource waits for its Synced while all others are touched. */
export async function newResource(world: World, { observer }: InSync): Promise<void> {
  const { options, figures, progress } = world;
  progress.step('New resources while all are touched');
  const seconds: number[] = [];
  await whileAllAreTouched(world, () =>
    atRate(PER_SECOND, options.loadSeconds, async (at) => {
      const name = `new-${at}`;
      await createOne(world, 'load', name);
      const createdAt = Date.now();
      seconds.push(Math.max(0, (await observer.synced('load', name)) - createdAt) / 1000);
    }),
  );
  figures.set('newP50', percentile(seconds, 0.5));
  figures.set('newP99', percentile(seconds, 0.99));
}
