import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Identified, ObjectIdentity } from './object-identity.ts';
import type { Store } from './store.ts';

/** Told of every change of the cache, after it. Handlers only enqueue; what they throw is counted, not passed on. */
export interface ReflectorHandler<T> {
  /** `initial`: part of the first list. */
  onAdd(object: T, context: { readonly initial: boolean }): void;
  onUpdate(previous: T, object: T): void;
  onDelete(previous: T): void;
}

/** Handler calls between two turns of the event loop while a list is applied: they take some milliseconds. */
const CALLS_PER_TURN = 100;

/** Applies what a list or a watch says to a store and tells the handler. */
export class StoreFeed<T extends Identified> {
  readonly #store: Store<T>;
  readonly #project: (raw: unknown) => T | undefined;
  readonly #handler: ReflectorHandler<T>;
  /** Handlers that threw. */
  handlerFailures = 0;
  /** Objects that the projection could not read; each affects itself only. */
  unreadableObjects = 0;

  constructor(store: Store<T>, project: (raw: unknown) => T | undefined, handler: ReflectorHandler<T>) {
    this.#store = store;
    this.#project = project;
    this.#handler = handler;
  }

  /** The projection, or `undefined` where the object is not of interest or cannot be read. */
  project(raw: unknown): T | undefined {
    try {
      return this.#project(raw);
    } catch {
      this.unreadableObjects += 1;
      return undefined;
    }
  }

  /** The object exists and looks like this. An object of another UID under its name is gone: deleted, then added. */
  changed(object: T, initial = false): void {
    const { uid, namespace, name } = object.metadata;
    const occupant = this.#store.get(namespace, name);
    if (occupant !== undefined && occupant.metadata.uid !== uid) this.deleted(occupant.metadata);
    const previous = this.#store.getByUid(uid);
    this.#store.put(object);
    if (previous === undefined) this.#tell(() => this.#handler.onAdd(object, { initial }));
    else this.#tell(() => this.#handler.onUpdate(previous, object));
  }

  /** The object with this UID is gone. One that the store does not hold is no news. */
  deleted({ uid }: Pick<ObjectIdentity, 'uid'>): void {
    const previous = this.#store.remove(uid);
    if (previous !== undefined) this.#tell(() => this.#handler.onDelete(previous));
  }

  /**
   * These are all objects that exist. Deletions come first: a name may have been given to another object.
   * @returns UIDs whose state differed from the cache
   */
  async replace(
    objects: ReadonlyMap<string, T>,
    initial: boolean,
    signal: AbortSignal,
  ): Promise<Set<string>> {
    const differing = new Set<string>();
    const turn = async () => {
      if (differing.size % CALLS_PER_TURN === 0) await nextTurn();
    };
    for (const known of [...this.#store.list()]) {
      if (signal.aborted) return differing;
      if (objects.has(known.metadata.uid)) continue;
      this.deleted(known.metadata);
      differing.add(known.metadata.uid);
      await turn();
    }
    for (const [uid, object] of objects) {
      if (signal.aborted) return differing;
      if (this.#store.getByUid(uid)?.metadata.resourceVersion === object.metadata.resourceVersion) continue;
      this.changed(object, initial);
      differing.add(uid);
      await turn();
    }
    return differing;
  }

  #tell(call: () => unknown): void {
    try {
      const result = call();
      // An async handler's rejection would end the process.
      if (result instanceof Promise) result.catch(() => this.#countFailure());
    } catch {
      this.#countFailure();
    }
  }

  #countFailure(): void {
    this.handlerFailures += 1;
  }
}
