/** More writes of ours are hardly ever on their way at once. */
const REMEMBERED = 8;

/** resourceVersions of our own status writes, by name of the object: events that carry them are no news. */
export class OwnVersions {
  readonly #versions = new Map<string, string[]>();

  add(name: string, resourceVersion: string): void {
    this.#versions.set(name, [...(this.#versions.get(name) ?? []), resourceVersion].slice(-REMEMBERED));
  }

  has(name: string, resourceVersion: string): boolean {
    return this.#versions.get(name)?.includes(resourceVersion) ?? false;
  }

  forget(name: string): void {
    this.#versions.delete(name);
  }
}
