import type { StatusObserver } from './status-observer.ts';
import type { World } from './world.ts';

/** How often the progress is looked at. */
const LOOK_MS = 500;

/** Waits until so many resources are in this state and tells the progress. @returns Unix milliseconds */
export async function followTo(
  { progress }: World,
  observer: StatusObserver,
  state: 'synced' | 'settled',
  count: number,
): Promise<number> {
  const timer = setInterval(() => progress.at(observer.count(state), count), LOOK_MS);
  try {
    return await observer.reached(state, count);
  } finally {
    clearInterval(timer);
  }
}
