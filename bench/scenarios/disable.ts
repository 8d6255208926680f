import { setTimeout as sleep } from 'node:timers/promises';
import type { InSync } from '../in-sync.ts';
import { credentialPath, identifierOf, namesOf } from '../objects.ts';
import { atRate, concurrently } from '../paced.ts';
import { percentile } from '../percentile.ts';
import { PAM_MS, type World } from '../world.ts';

const SLOW_PAM_MS = 100;
const EDITORS = 10;
/** Of each kind, at most a tenth of all resources. */
const DISABLES = 40;
const DISABLES_PER_SECOND = 4;

/** How long `enabled: false` takes to PAM Core's answer while edits of all resources wait. */
export async function disable(world: World, state: InSync): Promise<void> {
  const { options, figures, progress, pam } = world;
  const names = namesOf(options.resources);
  const count = Math.min(DISABLES, Math.floor(names.length / 10));
  // From the end, where their own edits wait the longest.
  const [running, down] = [names.slice(-count), names.slice(-2 * count, -count)];
  await pam.clear();
  await pam.setDelay(SLOW_PAM_MS);

  progress.step('Disable behind edits of all');
  await editAll(world, names, 'one');
  const askedAt = new Map<string, number>();
  await atRate(DISABLES_PER_SECOND, running.length / DISABLES_PER_SECOND, async (at) => {
    const name = running[at] ?? '';
    await disableOne(world, name);
    askedAt.set(name, Date.now());
  });
  const answered = await answersFor(world, running);
  figures.set(
    'disableP99',
    p99(running.map((name) => (answered.get(name) ?? Number.NaN) - (askedAt.get(name) ?? 0))),
  );

  progress.step('Disable written while the operator is down');
  await state.operator.stop();
  await editAll(world, names, 'two');
  for (const name of down) await disableOne(world, name);
  state.operator = await world.startOperator('load');
  const { startedAt } = state.operator;
  const sinceStart = await answersFor(world, down);
  figures.set('disableDownP99', p99(down.map((name) => (sinceStart.get(name) ?? Number.NaN) - startedAt)));
  await pam.setDelay(PAM_MS);
}

function p99(durationsMs: readonly number[]): number {
  return percentile(durationsMs, 0.99) / 1000;
}

function editAll({ api }: World, names: readonly string[], additional: string): Promise<void> {
  return concurrently(names, EDITORS, (name) =>
    api.call('PATCH', credentialPath('load', name), { spec: { additional } }),
  );
}

function disableOne({ api }: World, name: string) {
  return api.call('PATCH', credentialPath('load', name), { spec: { enabled: false } });
}

/** When PAM Core had answered the disable of each (Unix milliseconds). */
async function answersFor({ pam }: World, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const calls = (await pam.calls()).filter(({ template, done }) => template === 'C6' && done);
    const answered = new Map<string, number>();
    for (const name of names) {
      const call = calls.find(({ identifier }) => identifier === identifierOf('load', name));
      if (call?.endedAtMs === undefined) continue;
      answered.set(name, Date.parse(call.time) + call.endedAtMs - call.arrivedAtMs);
    }
    if (answered.size === names.length) return answered;
    await sleep(500);
  }
}
