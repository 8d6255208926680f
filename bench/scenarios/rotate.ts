import { setTimeout as sleep } from 'node:timers/promises';
import { apiServerCalls, callsBetween } from '../api-server-calls.ts';
import { followTo } from '../follow.ts';
import type { InSync } from '../in-sync.ts';
import { identifierOf, namesOf, secret, secretPath } from '../objects.ts';
import { atRate } from '../paced.ts';
import { percentile } from '../percentile.ts';
import { whileAllAreTouched } from '../touch.ts';
import type { World } from '../world.ts';

/** Longer than the pause that lists keep: each rotation finds that one may start. */
const ALONE_MS = 2000;
const STEADY_PER_SECOND = 20;
const TOUCHED_PER_SECOND = 5;

/** When the API server had taken the new Secret of each resource, in Unix milliseconds. */
type Changes = Map<string, number>;

/** How long a new value of a Secret takes to PAM Core. Each resource is rotated once, so that every call is told apart. */
export async function rotate(world: World, { observer }: InSync): Promise<void> {
  const { options, figures, progress, pam, api, secretReads } = world;
  const { loadSeconds } = options;
  const [single, steady, touched]: [Changes, Changes, Changes] = [new Map(), new Map(), new Map()];
  const names = namesOf(options.resources).values();
  const change = async (changes: Changes) => {
    const { value: name } = names.next();
    if (name === undefined) throw new Error('--resources is too small for a load of so many --load-seconds');
    await api.call('PATCH', secretPath('load', name), secret('load', name, `${name}-password-1`));
    changes.set(name, Date.now());
  };
  const settled = async () => {
    progress.step('Look for baselines:');
    await followTo(world, observer, 'settled', observer.size);
  };

  // What was created for the scenario before is still to get its baseline.
  await settled();
  await pam.clear();
  const before = await apiServerCalls(api);
  const readsBefore = secretReads.count('load');
  progress.step('Rotations, one at a time');
  for (let at = 0; at < loadSeconds / 2; at++) {
    await change(single);
    await sleep(ALONE_MS);
  }
  progress.step(`Rotations, ${STEADY_PER_SECOND} a second`);
  await atRate(STEADY_PER_SECOND, loadSeconds, () => change(steady));
  await arrivals(world, [...single, ...steady]);
  await settled();
  const rotations = single.size + steady.size;
  const after = await apiServerCalls(api);
  figures.set('rotationWrites', callsBetween(before, after, 'PATCH pamcredentials/status') / rotations);
  figures.set('rotationSecretReads', (secretReads.count('load') - readsBefore) / rotations);
  const { C4 = 0, C5 = 0, C6 = 0 } = await pam.counts();
  figures.set('rotationPamWrites', (C4 + C5 + C6) / rotations);

  // Calls are not counted here: a touch between two writes of a pass makes the second one a conflict.
  progress.step('Rotations while all are touched');
  await whileAllAreTouched(world, () => atRate(TOUCHED_PER_SECOND, loadSeconds, () => change(touched)));
  figures.set('rotateSingleP99', percentile(await arrivals(world, single), 0.99));
  figures.set('rotateSteadyP99', percentile(await arrivals(world, steady), 0.99));
  figures.set('rotateTouchedP99', percentile(await arrivals(world, touched), 0.99));
  await settled();
}

/** Seconds until PAM Core got the value of each that changed; waits for all of them. */
async function arrivals({ pam }: World, changes: Iterable<readonly [string, number]>): Promise<number[]> {
  for (;;) {
    const calls = (await pam.calls()).filter(({ template }) => template === 'C4');
    const arrived = new Map(calls.map(({ identifier, time }) => [identifier, Date.parse(time)]));
    const seconds = [...changes].map(
      ([name, at]) => Math.max(0, (arrived.get(identifierOf('load', name)) ?? Number.NaN) - at) / 1000,
    );
    if (!seconds.some(Number.isNaN)) return seconds;
    await sleep(200);
  }
}
