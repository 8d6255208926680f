import { createSet } from './create-set.ts';
import { followTo } from './follow.ts';
import type { MeasuredOperator } from './operator.ts';
import type { StatusObserver } from './status-observer.ts';
import type { World } from './world.ts';

/** The set `load` with its operator, all in sync and with nothing left to do. */
export interface InSync {
  operator: MeasuredOperator;
  readonly observer: StatusObserver;
}

/** Brings the set `load` there, without measuring. */
export async function bringInSync(world: World): Promise<InSync> {
  const { options, progress } = world;
  progress.step('Create resources and bring them in sync');
  await createSet(world, 'load');
  const observer = await world.observe('load');
  const operator = await world.startOperator('load');
  progress.step('Bring resources in sync:');
  await followTo(world, observer, 'settled', options.resources);
  return { operator, observer };
}
