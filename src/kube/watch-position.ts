import { isNewerVersion } from './resource-version.ts';

/** Lists in a row that may lie behind what was already seen before they are believed (etcd restored from a backup). */
const BACKWARD_LISTS = 3;

/**
 * How far a reflector has come. A safety relist does not move the watch: the watch resumes where it was and so
 * replays what happened up to the list. A difference that the relist found and no replayed event explains is
 * one that the watch had missed.
 */
export class WatchPosition {
  #at: string | undefined;
  #listedAt: string | undefined;
  #backwardLists = 0;
  readonly #unexplained = new Set<string>();
  /** Differences that the watch had missed. */
  missed = 0;

  /** Where the next watch resumes; `undefined` before the first list. */
  get resumeAt(): string | undefined {
    return this.#at;
  }

  /** Whether a list at `version` may be applied: a server that answers from the past is asked again. */
  acceptsList(version: string): boolean {
    if (this.#at === undefined || !isNewerVersion(this.#at, version)) {
      this.#backwardLists = 0;
      return true;
    }
    this.#backwardLists += 1;
    if (this.#backwardLists < BACKWARD_LISTS) return false;
    this.#backwardLists = 0;
    this.#at = undefined;
    return true;
  }

  /** A list at `version` was applied; `differing` holds the UIDs where it differed, if the watch is to be checked. */
  listed(version: string, differing: ReadonlySet<string> | undefined): void {
    this.#unexplained.clear();
    this.#listedAt = version;
    if (differing === undefined || this.#at === undefined) {
      this.#at = version;
      return;
    }
    for (const uid of differing) this.#unexplained.add(uid);
    this.#settle();
  }

  /** An event arrived. @returns whether it is news; replayed, repeated and older ones are not. */
  sees(version: string, uid: string): boolean {
    if (this.#at !== undefined && !isNewerVersion(version, this.#at)) return false;
    this.#at = version;
    const isNews = this.#listedAt === undefined || isNewerVersion(version, this.#listedAt);
    if (!isNews) this.#unexplained.delete(uid);
    this.#settle();
    return isNews;
  }

  /** A bookmark arrived: everything up to `version` has been delivered. */
  reaches(version: string): void {
    if (this.#at !== undefined && !isNewerVersion(version, this.#at)) return;
    this.#at = version;
    this.#settle();
  }

  #settle(): void {
    if (this.#unexplained.size === 0 || this.#at === undefined || this.#listedAt === undefined) return;
    if (isNewerVersion(this.#listedAt, this.#at)) return;
    this.missed += this.#unexplained.size;
    this.#unexplained.clear();
  }
}
