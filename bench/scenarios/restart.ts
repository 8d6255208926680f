import { setTimeout as sleep } from 'node:timers/promises';
import { SECRET_METADATA_ACCEPT } from '../../src/kube/secret-metadata.ts';
import { metricOf } from '../../test/e2e/metric-of.ts';
import { apiServerCalls, callsBetween } from '../api-server-calls.ts';
import type { InSync } from '../in-sync.ts';
import { credentialPath, secretPath } from '../objects.ts';
import type { World } from '../world.ts';

/** Passes of all resources follow the first list at once; this long after them nothing is on its way any more. */
const SETTLE_MS = 2000;

/** The operator is stopped and started while nothing has changed. */
export async function restart(world: World, state: InSync): Promise<void> {
  const { options, figures, progress, pam, api, secretReads } = world;
  progress.step('Restart in sync');
  await state.operator.stop();
  await pam.clear();
  figures.set('bareLists', await bareLists(world));
  const before = await apiServerCalls(api);
  const readsBefore = secretReads.count('load');
  state.operator = await world.startOperator('load');
  figures.set('restartReady', state.operator.readySeconds);
  const visited = () =>
    metricOf(state.operator.process, 'controller_runtime_reconcile_total', 'controller="pamcredential"');
  while ((await visited()) < options.resources) await sleep(100);
  await sleep(SETTLE_MS);
  const after = await apiServerCalls(api);
  const { C1 = 0, C4 = 0, C5 = 0, C6 = 0 } = await pam.counts();
  const kube = callsBetween(before, after, /^(POST|PUT|PATCH|DELETE) (pamcredentials|events)/);
  figures.set('restartWrites', kube + C4 + C5 + C6);
  figures.set('restartSecretReads', secretReads.count('load') - readsBefore);
  figures.set('restartLists', C1);
  const { wallMs, cpuMs } = await state.operator.longestBlock();
  figures.set('restartBlock', wallMs);
  figures.raise('blockCpu', cpuMs);
}

/** Seconds until the API server has sent what an operator that starts has to list, to who does nothing with it. */
async function bareLists({ api }: World): Promise<number> {
  const startedAt = performance.now();
  await Promise.all([
    api.call('GET', credentialPath('load')),
    api.call('GET', secretPath('load'), undefined, { accept: SECRET_METADATA_ACCEPT.list }),
  ]);
  return (performance.now() - startedAt) / 1000;
}
