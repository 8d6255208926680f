import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type Reflector, startReflector } from '../../src/kube/reflector.ts';
import type { ReflectorOptions } from '../../src/kube/reflector-options.ts';
import { Store } from '../../src/kube/store.ts';
import type { ReflectorHandler } from '../../src/kube/store-feed.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import type { WatchRelay } from '../support/kube-proxy/watch-relay.ts';
import { connectionAt, connectionFor, newNamespace } from './cluster-fixture.ts';
import { ConfigMaps, HandlerLog, projectConfigMap, type StoredConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';

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
  /** A list in pages is one. */
  lists(): number;
  /** Without streamed lists. */
  watches(): number;
  /** Starts a reflector and waits for its first list and its watch. */
  follow(
    options?: Partial<ReflectorOptions>,
    handler?: ReflectorHandler<StoredConfigMap>,
  ): Promise<Reflector>;
  /** The watch that is open now. */
  openWatch(): WatchRelay;
  stop(): Promise<void>;
}

/** Waits are a tenth of the real ones, so that tests take seconds. */
export const FAST: Partial<ReflectorOptions> = {
  backoff: { firstMs: 80, maxMs: 3000, resetAfterMs: 12_000 },
  relistMs: 0,
};

export async function openReflectorBench(kubeconfigPath: string): Promise<ReflectorBench> {
  const admin = createKubeClient({ connection: connectionAt(kubeconfigPath) });
  const proxy = await startKubeProxy(kubeconfigPath);
  const client = createKubeClient({ connection: connectionFor(proxy.kubeconfig) });
  const configMaps = new ConfigMaps(admin, await newNamespace(admin));
  const store = new Store<StoredConfigMap>();
  const log = new HandlerLog();
  const reflectors: Reflector[] = [];
  const start: ReflectorBench['start'] = (options = {}, handler = log) => {
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
  };
  return {
    proxy,
    client,
    configMaps,
    store,
    log,
    start,
    contents: () => [...store.list()].map(({ metadata, value }) => `${metadata.name}=${value}`).sort(),
    lists: () => proxy.count({ isWatch: false, isContinued: false }) + proxy.count({ isStreamedList: true }),
    watches: () => proxy.count({ isWatch: true, isStreamedList: false }),
    follow: async (options, handler) => {
      const reflector = start(options, handler);
      await reflector.synced;
      await eventually(() => {
        const [watch, ...others] = proxy.watches;
        return others.length === 0 && watch?.call.query.has('sendInitialEvents') === false;
      });
      return reflector;
    },
    openWatch: () => {
      const watch = proxy.watches.at(-1);
      if (watch === undefined) throw new Error('no watch is open');
      return watch;
    },
    stop: async () => {
      for (const reflector of reflectors) await reflector.stop();
      await client.close();
      await proxy.stop();
      await admin.close();
    },
  };
}
