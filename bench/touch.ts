import { BareHttp } from './bare-http.ts';
import { connectionOf } from './kubeconfig.ts';
import { credentialPath, namesOf } from './objects.ts';
import { atRate } from './paced.ts';
import type { World } from './world.ts';

const TOUCHES_PER_SECOND = 400;

/** With so many on their way the API server does not keep up: the next one is left out. */
const MOST_ON_THEIR_WAY = 100;

/**
 * Touches the resources of the set `load` one after the other: their metadata change, nothing else. By connections of
 * its own, so that what is measured waits for the API server and not for a free connection.
 */
export async function whileAllAreTouched(world: World, work: () => Promise<unknown>): Promise<void> {
  const { controlPlane, options, figures } = world;
  const names = namesOf(options.resources);
  const access = await connectionOf(controlPlane.kubeconfigPath).access();
  const api = new BareHttp(controlPlane.server, 16, access);
  const startedAtMs = performance.now();
  let onTheirWay = 0;
  let touched = 0;
  const touching = atRate(TOUCHES_PER_SECOND, options.loadSeconds, async (at) => {
    if (onTheirWay >= MOST_ON_THEIR_WAY) return;
    onTheirWay += 1;
    const annotations = { 'example.com/touched': `${Date.now()}` };
    await api.call('PATCH', credentialPath('load', names[at % names.length]), { metadata: { annotations } });
    onTheirWay -= 1;
    touched += 1;
  });
  await Promise.all([touching, work()]);
  figures.set('touchRate', (touched * 1000) / (performance.now() - startedAtMs));
  await api.close();
}
