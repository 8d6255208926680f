import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { startLease } from '../../src/kube/lease.ts';
import { startReflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { connectionAt, newNamespace } from './cluster-fixture.ts';
import { ConfigMaps, HandlerLog, projectConfigMap, type StoredConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';

const OBJECTS = 10_000;

describe('an API server that is killed and started again', () => {
  let plane: ControlPlane;
  let client: KubeClient;
  beforeAll(async () => {
    plane = await startControlPlane();
    client = createKubeClient({ connection: connectionAt(plane.kubeconfigPath) });
  });
  afterAll(async () => {
    await client?.close();
    await plane?.stop();
  });

  it('costs no object, no restart and no second leader', async () => {
    const namespace = await newNamespace(client);
    const configMaps = new ConfigMaps(client, namespace);
    for (let at = 0; at < OBJECTS; at += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, next) => configMaps.create(`object-${at + next}`)));
    }
    const store = new Store<StoredConfigMap>();
    const log = new HandlerLog();
    const reflector = startReflector({
      client,
      path: configMaps.path,
      resource: 'configmaps',
      project: projectConfigMap,
      store,
      handler: log,
      options: { backoff: { firstMs: 80, maxMs: 500, resetAfterMs: 12_000 } },
    });
    await reflector.synced;
    const lease = startLease({
      client,
      namespace,
      name: 'election',
      identity: 'a',
      leaseDurationMs: 3000,
      renewDeadlineMs: 2000,
      retryPeriodMs: 300,
    });
    const changes: boolean[] = [];
    lease.onChange((isLeader) => changes.push(isLeader));
    await eventually(() => lease.isLeader());

    await plane.killApiServer();
    await eventually(() => !lease.isLeader());
    expect(lease.mayWriteFor(0)).toBe(false);
    await plane.startApiServer();

    await eventually(() => lease.isLeader());
    await eventually(async () => {
      await configMaps.create('after');
      return true;
    });
    await eventually(() => store.size === OBJECTS + 1);
    expect(log.lines).toEqual(['add after=first']);
    expect(log.initial.length).toBe(OBJECTS);
    // A watch cache that has just started knows no past: one list, and nothing of it is told twice.
    const { expired = 0, ...others } = reflector.stats.relists;
    expect(others).toEqual({ initial: 1 });
    expect(expired).toBeLessThanOrEqual(1);
    expect(changes).toEqual([true, false, true]);
    await lease.stop();
    await reflector.stop();
  }, 180_000);
});
