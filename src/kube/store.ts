import { mapKey } from '../core/map-key.ts';
import type { Identified } from './object-identity.ts';

/** What readers of the cache may do. */
interface StoreView<T extends Identified> {
  get(namespace: string, name: string): T | undefined;
  getByUid(uid: string): T | undefined;
  /** All objects in no particular order; do not hold it across an await. */
  list(): IterableIterator<T>;
  readonly size: number;
  /** Objects that the index function files under `value`. @throws RangeError where there is no such index. */
  byIndex(index: string, value: string): readonly T[];
}

/** Files an object under any number of values. */
export type IndexFunction<T> = (object: T) => readonly string[];

/**
 * The cache of one kind, keyed by UID: an object that was deleted and created again under its name is
 * another object. Objects are frozen by agreement: whoever wants to change one copies it.
 */
export class Store<T extends Identified> implements StoreView<T> {
  readonly #byUid = new Map<string, T>();
  readonly #byName = new Map<string, T>();
  readonly #indexes = new Map<
    string,
    { readonly file: IndexFunction<T>; readonly values: Map<string, Set<T>> }
  >();

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>> = {}) {
    for (const [name, file] of Object.entries(indexes)) this.#indexes.set(name, { file, values: new Map() });
  }

  get(namespace: string, name: string): T | undefined {
    return this.#byName.get(nameKey(namespace, name));
  }

  getByUid(uid: string): T | undefined {
    return this.#byUid.get(uid);
  }

  list(): IterableIterator<T> {
    return this.#byUid.values();
  }

  get size(): number {
    return this.#byUid.size;
  }

  byIndex(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`there is no index ${index}`);
    return [...(found.values.get(value) ?? [])];
  }

  /** Adds or replaces the object with this UID. An object of another UID under its name must be removed first. */
  put(object: T): void {
    const { uid, namespace, name } = object.metadata;
    const previous = this.#byUid.get(uid);
    if (previous !== undefined) this.#unfile(previous);
    this.#byUid.set(uid, object);
    this.#byName.set(nameKey(namespace, name), object);
    for (const { file, values } of this.#indexes.values()) {
      for (const value of file(object)) {
        const filed = values.get(value);
        if (filed === undefined) values.set(value, new Set([object]));
        else filed.add(object);
      }
    }
  }

  /** Removes the object with this UID and returns it. */
  remove(uid: string): T | undefined {
    const object = this.#byUid.get(uid);
    if (object === undefined) return undefined;
    this.#byUid.delete(uid);
    const key = nameKey(object.metadata.namespace, object.metadata.name);
    if (this.#byName.get(key) === object) this.#byName.delete(key);
    this.#unfile(object);
    return object;
  }

  #unfile(object: T): void {
    for (const { file, values } of this.#indexes.values()) {
      for (const value of file(object)) {
        const filed = values.get(value);
        filed?.delete(object);
        if (filed?.size === 0) values.delete(value);
      }
    }
  }
}

function nameKey(namespace: string, name: string): string {
  return mapKey('/', namespace, name);
}
