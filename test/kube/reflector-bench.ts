import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type Reflector, startReflector } from '../../src/kube/reflector.ts';
import type { ReflectorOptions } from '../../src/kube/reflector-options.ts';
import { Store } from '../../src/kube/store.ts';
import type { ReflectorHandler } from '../../src/kube/store-feed.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionFor, newNamespace } from './cluster-fixture.ts';
import { ConfigMaps, HandlerLog, projectConfigMap, type StoredConfigMap } from './config-maps.ts';

/** A reflector of the ConfigMaps of a new namespace, behind a proxy that can misbehave. */
export interface ReflectorBench {
  readonly proxy: KubeProxy;
  readonly client: KubeClient;
  readonly configMaps: ConfigMaps;
  readonly store: Store<StoredConfigMap>;
  readonly log: HandlerLog;
  start(options?: Partial<ReflectorOptions>, handler?: ReflectorHandler<StoredConfigMap>): Reflector;
  /** Objects as `name=value`, sorted. */
  contents(): string[];
  lists(): number;
  watches(): number;
  stop(): Promise<void>;
}

/** Waits are a tenth of the real ones, so that tests take seconds. */
export const FAST: Partial<ReflectorOptions> = {
  backoff: { firstMs: 80, maxMs: 3000, resetAfterMs: 12_000 },
  relistMs: 0,
};

export async function openReflectorBench(kubeconfigPath: string): Promise<ReflectorBench> {
  const admin = adminClient();
  const proxy = await startKubeProxy(kubeconfigPath);
  const client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
  const configMaps = new ConfigMaps(admin, await newNamespace(admin));
  const store = new Store<StoredConfigMap>();
  const log = new HandlerLog();
  const reflectors: Reflector[] = [];
  return {
    proxy,
    client,
    configMaps,
    store,
    log,
    start: (options = {}, handler = log) => {
      const reflector = startReflector({
        client,
        path: configMaps.path,
        resource: 'configmaps',
        project: projectConfigMap,
        store,
        handler,
        options: { ...FAST, ...options },
      });
      reflectors.push(reflector);
      return reflector;
    },
    contents: () => [...store.list()].map(({ metadata, value }) => `${metadata.name}=${value}`).sort(),
    lists: () => proxy.count({ isWatch: false, isContinued: false }),
    watches: () => proxy.count({ isWatch: true }),
    stop: async () => {
      for (const reflector of reflectors) await reflector.stop();
      await client.close();
      await proxy.stop();
      await admin.close();
    },
  };
}
