/**
 * Several values under one name. Nearly every name has one value, which costs no set of its own: with tens of thousands
 * of names these would be a good part of the memory.
 */
export class MultiMap<V extends string | object> {
  readonly #first = new Map<string, V>();
  /** Values behind the first one. */
  readonly #others = new Map<string, Set<V>>();

  /** In the order in which they were added. */
  get(name: string): readonly V[] {
    const first = this.#first.get(name);
    if (first === undefined) return [];
    const others = this.#others.get(name);
    return others === undefined ? [first] : [first, ...others];
  }

  /** A value that is there stays where it is. */
  add(name: string, value: V): void {
    const first = this.#first.get(name);
    if (first === undefined) {
      this.#first.set(name, value);
    } else if (first !== value) {
      const others = this.#others.get(name);
      if (others === undefined) this.#others.set(name, new Set([value]));
      else others.add(value);
    }
  }

  delete(name: string, value: V): void {
    const others = this.#others.get(name);
    if (this.#first.get(name) !== value) {
      others?.delete(value);
    } else {
      const [next] = others ?? [];
      if (next === undefined) this.#first.delete(name);
      else {
        this.#first.set(name, next);
        others?.delete(next);
      }
    }
    if (others?.size === 0) this.#others.delete(name);
  }
}
