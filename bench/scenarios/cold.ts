import { apiServerCalls, callsBetween } from '../api-server-calls.ts';
import type { BareHttp } from '../bare-http.ts';
import { bareRun } from '../bare-run.ts';
import { createSet } from '../create-set.ts';
import { followTo } from '../follow.ts';
import type { InSync } from '../in-sync.ts';
import type { World } from '../world.ts';

/** Resources wait when the operator starts. Counts every call until each record has its baseline. */
export async function cold(world: World): Promise<InSync> {
  const { options, figures, progress, pam, api } = world;
  const { resources } = options;
  const bare = await bareRun(world, 'areThere');
  progress.step('Create resources');
  await createSet(world, 'load');
  const observer = await world.observe('load');
  await pam.clear();
  const before = await apiServerCalls(api);
  const readsBefore = world.secretReads.count('load');

  progress.step('Cold start:');
  const operator = await world.startOperator('load');
  const endedAt = await followTo(world, observer, 'synced', resources);
  const converged = operator.usage();
  const seconds = (endedAt - operator.startedAt) / 1000;
  figures.set('coldShare', bare.seconds / seconds);
  figures.set('coldRate', resources / seconds);
  figures.set('bareCpuPerResource', bare.cpuMs / resources);
  figures.set('cpuPerResource', converged.cpuMs / resources);

  progress.step('Look for baselines:');
  await followTo(world, observer, 'settled', resources);
  const settled = operator.usage();
  figures.set('cpuPerResourceOfAll', settled.cpuMs / resources);
  figures.set('rss', settled.rssMiB);
  figures.set('rssPeak', settled.rssPeakMiB);
  const { wallMs, cpuMs } = await operator.longestBlock();
  figures.raise('block', wallMs);
  figures.raise('blockCpu', cpuMs);
  const after = await apiServerCalls(api);
  const perResource = (call: string | RegExp) => callsBetween(before, after, call) / resources;
  figures.set('statusWrites', perResource('PATCH pamcredentials/status'));
  figures.set('otherWrites', perResource(/^(POST|PUT|PATCH|DELETE) pamcredentials$/));
  figures.set('events', (await eventCount(api, 'load')) / resources);
  figures.set('secretReads', (world.secretReads.count('load') - readsBefore) / resources);
  const { C1 = 0, C4 = 0, C5 = 0, C6 = 0 } = await pam.counts();
  figures.set('pamWrites', (C4 + C5 + C6) / resources);
  figures.set('pamLists', C1);
  return { operator, observer };
}

/** Only the first one is read: the API server tells how many there are besides. Connections have theirs elsewhere. */
async function eventCount(api: BareHttp, namespace: string): Promise<number> {
  const { text } = await api.call('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events?limit=1`);
  const { items, metadata } = JSON.parse(text) as {
    readonly items: readonly unknown[];
    readonly metadata: { readonly remainingItemCount?: number };
  };
  return items.length + (metadata.remainingItemCount ?? 0);
}
