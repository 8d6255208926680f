import { MultiMap } from '../core/multi-map.ts';

const NOBODY: ReadonlySet<never> = new Set();

/**
 * Which resources name the same record. Keys of resources by the names under which they claim (src/core/claims.ts);
 * who wins among them is decided at each pass, from what their statuses say then.
 */
export class ClaimIndex<K extends string> {
  readonly #byName = new MultiMap<K>();
  readonly #names = new Map<K, readonly string[]>();

  /**
   * The resource claims under these names from now on.
   * @returns the other resources that a changed name concerns, old ones and new ones: they have to decide anew
   */
  set(key: K, names: readonly string[]): ReadonlySet<K> {
    const before = this.#names.get(key) ?? [];
    const isSame = before.length === names.length && before.every((name, at) => name === names[at]);
    if (before === names || isSame) return NOBODY;
    const concerned = this.#remove(key, before);
    for (const name of names) {
      for (const other of this.#byName.get(name)) concerned.add(other);
      this.#byName.add(name, key);
    }
    this.#names.set(key, names);
    return concerned;
  }

  /** The resource is gone. @returns who may win now */
  delete(key: K): ReadonlySet<K> {
    const concerned = this.#remove(key, this.#names.get(key) ?? []);
    this.#names.delete(key);
    return concerned;
  }

  /** Other resources that claim under one of the same names. */
  rivals(key: K): ReadonlySet<K> {
    const rivals = new Set<K>();
    for (const name of this.#names.get(key) ?? []) {
      for (const other of this.#byName.get(name)) if (other !== key) rivals.add(other);
    }
    return rivals;
  }

  #remove(key: K, names: readonly string[]): Set<K> {
    const concerned = new Set<K>();
    for (const name of names) {
      this.#byName.delete(name, key);
      for (const other of this.#byName.get(name)) concerned.add(other);
    }
    return concerned;
  }
}
