import type { PamCredential } from '../src/api/pam-credential.gen.ts';
import type { KubeClient } from '../src/kube/kube-client.ts';
import { type Identified, identityOf } from '../src/kube/object-identity.ts';
import { type Reflector, startReflector } from '../src/kube/reflector.ts';
import { resourceListPath } from '../src/kube/resource-path.ts';
import { Store } from '../src/kube/store.ts';

/** What the bench looks for in a PamCredential. */
interface Observed extends Identified {
  /** The Ready condition says Synced for the newest spec. */
  readonly synced: boolean;
  /** The last write has its baseline: nothing more is to come. */
  readonly settled: boolean;
}

/** Watches the PamCredentials of one namespace, as anybody could. */
export class StatusObserver {
  readonly #reflector: Reflector;
  readonly #store = new Store<Observed>();
  readonly #seen = { synced: 0, settled: 0 };
  #waiting: { readonly isOver: () => boolean; readonly resolve: (at: number) => void }[] = [];

  constructor(client: KubeClient, namespace: string) {
    this.#reflector = startReflector<Observed>({
      client,
      path: resourceListPath('PamCredential', namespace),
      resource: 'pamcredentials',
      project: observe,
      store: this.#store,
      handler: {
        onAdd: (resource) => this.#moved(undefined, resource),
        onUpdate: (before, resource) => this.#moved(before, resource),
        onDelete: (before) => this.#moved(before, undefined),
      },
    });
  }

  get listed(): Promise<void> {
    return this.#reflector.synced;
  }

  /** How many resources there are. */
  get size(): number {
    return this.#store.size;
  }

  /** How many resources are in this state. */
  count(state: 'synced' | 'settled'): number {
    return this.#seen[state];
  }

  /** Resolves with the time (Unix milliseconds) at which so many are in this state. */
  reached(state: 'synced' | 'settled', count: number): Promise<number> {
    return this.#until(() => this.#seen[state] >= count);
  }

  /** The same for one resource. */
  synced(namespace: string, name: string): Promise<number> {
    return this.#until(() => this.#store.get(namespace, name)?.synced === true);
  }

  stop(): Promise<void> {
    return this.#reflector.stop();
  }

  #until(isOver: () => boolean): Promise<number> {
    if (isOver()) return Promise.resolve(Date.now());
    return new Promise((resolve) => this.#waiting.push({ isOver, resolve }));
  }

  #moved(before: Observed | undefined, after: Observed | undefined): void {
    for (const state of ['synced', 'settled'] as const)
      this.#seen[state] += Number(after?.[state] ?? false) - Number(before?.[state] ?? false);
    if (this.#waiting.length === 0) return;
    const now = Date.now();
    this.#waiting = this.#waiting.filter(({ isOver, resolve }) => {
      if (!isOver()) return true;
      resolve(now);
      return false;
    });
  }
}

function observe(raw: unknown): Observed | undefined {
  const identity = identityOf(raw);
  if (identity === undefined) return undefined;
  const { metadata, status } = raw as PamCredential;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const synced = ready?.reason === 'Synced' && ready.observedGeneration === metadata.generation;
  return { metadata: identity, synced, settled: synced && status?.content?.change !== undefined };
}
