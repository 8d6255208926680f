import type { PamConnection, PamConnectionStatus } from '../api/pam-connection.gen.ts';

/** More writes of ours are hardly ever on their way at once. */
const REMEMBERED = 8;

interface OwnStatus {
  readonly resourceVersion: string;
  readonly status: PamConnectionStatus;
}

/** Our own status writes, by name of the connection: events that carry them are no news. */
export class OwnVersions {
  readonly #versions = new Map<string, string[]>();
  readonly #statuses = new Map<string, OwnStatus>();

  /** @param status all of it, where the write was not of a part only */
  add(name: string, resourceVersion: string, status?: PamConnectionStatus): void {
    this.#versions.set(name, [...(this.#versions.get(name) ?? []), resourceVersion].slice(-REMEMBERED));
    if (status !== undefined) this.#statuses.set(name, { resourceVersion, status });
  }

  has(name: string, resourceVersion: string): boolean {
    return this.#versions.get(name)?.includes(resourceVersion) ?? false;
  }

  /**
   * The cached connection with the status that we wrote last, while the watch has not delivered it yet. Without it a
   * state that lasts a moment only would be compared with the one before it, and stay for ever.
   */
  overlay(cached: PamConnection): PamConnection {
    const { name, resourceVersion } = cached.metadata;
    const own = this.#statuses.get(name);
    if (own === undefined) return cached;
    if (BigInt(resourceVersion) < BigInt(own.resourceVersion)) return { ...cached, status: own.status };
    this.#statuses.delete(name);
    return cached;
  }

  forget(name: string): void {
    this.#versions.delete(name);
    this.#statuses.delete(name);
  }
}
