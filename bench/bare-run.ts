import { startBareClients } from './bare-clients.ts';
import { createSet } from './create-set.ts';
import type { World } from './world.ts';

export interface BareRun {
  readonly seconds: number;
  /** Of the process of the bare clients from its first call to its last. */
  readonly cpuMs: number;
}

/**
 * The calls of all resources of the set `bare` by bare clients: of resources that are there, or from the first that is
 * created.
 */
export async function bareRun(world: World, whatever: 'areThere' | 'areCreated'): Promise<BareRun> {
  const { controlPlane, pam, options, progress } = world;
  if (whatever === 'areThere') {
    progress.step('Create resources for the bare clients');
    await createSet(world, 'bare');
  }
  // What the operator writes is watched too, which costs the API server and this process some of the machine.
  const observer = await world.observe('bare');
  const clients = await startBareClients({
    server: controlPlane.server,
    kubeconfigPath: controlPlane.kubeconfigPath,
    namespace: 'bare',
    pamUrl: pam.url,
    oauth2: pam.oauth2,
    workers: options.workers,
  });
  try {
    progress.step(`Bare clients, while resources ${whatever === 'areThere' ? 'are there' : 'are created'}:`);
    const before = clients.usage().cpuMs;
    const startedAt = Date.now();
    const done = clients.done(options.resources, (count) => progress.at(count, options.resources));
    const [endedAt] = await Promise.all([done, createSet(world, 'bare', clients.tell)]);
    return { seconds: (endedAt - startedAt) / 1000, cpuMs: clients.usage().cpuMs - before };
  } finally {
    await clients.stop();
    await observer.stop();
  }
}
