import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type KubeClock, SYSTEM_CLOCK } from '../../src/kube/kube-clock.ts';
import { type Reflector, startReflector } from '../../src/kube/reflector.ts';
import type { ReflectorOptions } from '../../src/kube/reflector-options.ts';
import { statusBody } from '../support/kube-proxy/fault-rule.ts';
import { adminClient } from './cluster-fixture.ts';
import { projectConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { openReflectorBench, type ReflectorBench } from './reflector-bench.ts';

let bench: ReflectorBench;
let admin: KubeClient;
beforeEach(async () => {
  bench = await openReflectorBench(inject('kubeconfigPath'));
  admin = adminClient();
});
afterEach(async () => {
  await bench.stop();
  await admin.close();
});

/** Writes down how long each wait was to be, and waits a hundredth of it. */
class HastyClock implements KubeClock {
  readonly waits: number[] = [];
  monotonicMs = () => SYSTEM_CLOCK.monotonicMs();
  now = () => SYSTEM_CLOCK.now();
  pause = (ms: number, signal?: AbortSignal) => {
    this.waits.push(ms);
    return SYSTEM_CLOCK.pause(ms / 100, signal);
  };
}

const initializing = {
  status: 429,
  headers: { 'retry-after': '1' },
  body: { ...statusBody(429, 'TooManyRequests'), message: 'storage is (re)initializing' },
};

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe('a definition that is created after the reflector has started', () => {
  let group: string;
  let path: string;
  beforeEach(() => {
    group = `g${Date.now().toString(36)}.example.com`;
    path = `/apis/${group}/v1/things`;
  });

  async function define(): Promise<void> {
    const schema = { openAPIV3Schema: { type: 'object' } };
    const body = {
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Cluster',
        names: { plural: 'things', singular: 'thing', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    };
    await admin.request({ method: 'POST', path: DEFINITIONS, body });
  }

  /** Resolves when the definition is served. */
  async function createFirst(): Promise<void> {
    await eventually(async () => {
      const body = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'first' } };
      return (await admin.request({ method: 'POST', path, body })).status === 201;
    });
  }

  function follow(options: Partial<ReflectorOptions>): Reflector {
    return startReflector({
      client: bench.client,
      path,
      resource: 'things',
      project: projectConfigMap,
      store: bench.store,
      handler: bench.log,
      options: { relistMs: 0, ...options },
    });
  }

  it('is noticed within seconds, however long it was missing', async () => {
    const clock = new HastyClock();
    const reflector = follow({ clock });
    await eventually(() => clock.waits.length === 20);
    // 0.8 s, stretched by up to itself, and never more than 5 s.
    expect(clock.waits[0]).toBeLessThanOrEqual(1600);
    expect(Math.max(...clock.waits)).toBe(5000);
    await define();
    await reflector.synced;
    await reflector.stop();
  });

  it('a storage that is starting up is asked again when it said, not after the waits that had grown', async () => {
    await define();
    await createFirst();
    // Twelve lists: a stream that is not found is followed by pages.
    bench.proxy.add({
      match: {},
      times: 24,
      answer: { status: 404, body: statusBody(404, 'NotFound') },
    });
    bench.proxy.add({ match: {}, times: 3, answer: initializing });
    const clock = new HastyClock();
    const reflector = follow({ clock });
    await reflector.synced;
    const afterBusy = clock.waits.slice(12);
    expect(afterBusy.length).toBe(3);
    for (const wait of afterBusy) {
      expect(wait).toBeGreaterThanOrEqual(1000);
      expect(wait).toBeLessThanOrEqual(1500);
    }
    await reflector.stop();
  });

  it('on a real API server the first object is in the cache soon after it could be created', async () => {
    const reflector = follow({});
    await eventually(() => bench.proxy.count({ path: /things/ }) >= 5);
    await define();
    await createFirst();
    const createdMs = performance.now();
    await eventually(() => bench.store.size === 1, { timeoutMs: 60_000 });
    // The longest wait is 5 s; the limit leaves room for a busy machine and not for the 30 s of the back-off.
    expect(performance.now() - createdMs).toBeLessThan(25_000);
    await reflector.stop();
  }, 180_000);
});
