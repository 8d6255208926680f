import { isDeepStrictEqual } from 'node:util';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import type { SecretVersion } from '../core/material.ts';
import type { Memory } from '../core/situation.ts';

/** Our own last write of a resource, kept until the cache has caught up with it. */
interface OwnWrite {
  readonly resourceVersion: string;
  readonly generation: number;
  readonly status: object;
  readonly finalizers: readonly string[] | undefined;
}

/** A resource as an event shows it, as far as its status is concerned. */
interface Version {
  readonly metadata: { readonly resourceVersion: string };
  readonly status?: object;
}

/** How many resourceVersions of own writes are remembered: a pass makes at most three. */
const OWN_VERSIONS = 6;

/** What most resources have nothing in: none of its own for each, since there are thousands. */
const NO_VERSIONS: readonly string[] = [];
const NOTHING_VERIFIED: ReadonlyMap<string, SecretVersion> = new Map();

/** What one process remembers of one resource. */
export class ResourceMemory implements Memory {
  writeEndedAtMs = 0;
  refusedDigest: string | undefined;
  refutedId: string | undefined;
  gone = false;
  baselineSoughtForMs: number | undefined;
  /** Monotonic time when the list first did not show the record; absent while it does. */
  missingSinceMs: number | undefined;
  /** Monotonic time when this process last disabled the record; absent after anything else. */
  disabledAtMs: number | undefined;
  /** When the last list was sent that did not show the record. */
  hiddenAtMs: number | undefined;
  /** `change` in the last list that was compared with a baseline. */
  seenChange: string | undefined;
  unansweredAtMs: number | undefined;
  unansweredDigest: string | undefined;
  /** A pass was made since this process leads. */
  isMet = false;
  /** Passes in a row that failed. */
  failures = 0;
  #ownVersions = NO_VERSIONS;
  #unexplained = NO_VERSIONS;
  #verified = NOTHING_VERIFIED;
  #busy = false;
  #written: OwnWrite | undefined;

  get isBusy(): boolean {
    return this.#busy;
  }

  get verified(): ReadonlyMap<string, SecretVersion> {
    return this.#verified;
  }

  /** This version of the field's Secret holds the value that was recorded, although another version stands beside it. */
  verify(field: string, version: SecretVersion): void {
    this.#verified = new Map([...this.#verified, [field, version]]);
  }

  /** A pass begins: whose the status writes are that the watch delivers meanwhile is judged at its end. */
  begin(): void {
    this.#busy = true;
  }

  /** The pass has ended. @returns whether somebody else wrote the status during it */
  end(): boolean {
    this.#busy = false;
    const foreign = this.#unexplained.some((version) => !this.#ownVersions.includes(version));
    this.#unexplained = NO_VERSIONS;
    return foreign;
  }

  /**
   * Whether an event that changed the status at most is news. Our own write is none, and labels and annotations of
   * others are none. The event of a write may come before its answer, so during a pass the judgement waits for the end.
   */
  isNews(before: Version, now: Version): boolean {
    const { resourceVersion } = now.metadata;
    if (this.#ownVersions.includes(resourceVersion)) return false;
    // Who takes back an own write that the watch never showed has changed the status, although it looks the same here.
    if (this.#hasReached(before) && isDeepStrictEqual(before.status, now.status)) return false;
    if (!this.#busy) return true;
    this.#unexplained = [...this.#unexplained, resourceVersion];
    return false;
  }

  wrote(versions: readonly string[], last: OwnWrite | undefined): void {
    if (versions.length > 0) this.#ownVersions = [...this.#ownVersions, ...versions].slice(-OWN_VERSIONS);
    if (last !== undefined) this.#written = last;
  }

  /**
   * The cached resource with our own last write laid over it, so that a pass reads what the last one wrote although
   * the watch has not delivered it yet. `stale`: the write's answer showed a newer spec than the cache has; its
   * event is on the way, and deciding by the old spec could push what was just changed.
   */
  overlay<R extends PamCredential | PamSshKey>(cached: R): R | 'stale' {
    const written = this.#written;
    if (written === undefined) return cached;
    if (this.#hasReached(cached)) {
      this.#written = undefined;
      return cached;
    }
    if (written.generation > cached.metadata.generation) return 'stale';
    const { finalizers: _, ...metadata } = cached.metadata;
    return {
      ...cached,
      metadata: {
        ...metadata,
        resourceVersion: written.resourceVersion,
        ...(written.finalizers !== undefined && { finalizers: [...written.finalizers] }),
      },
      status: written.status,
    };
  }

  /** Whether this is our own last write or something later. */
  #hasReached({ metadata: { resourceVersion } }: Version): boolean {
    return this.#written === undefined || BigInt(resourceVersion) >= BigInt(this.#written.resourceVersion);
  }
}

/** The memories by UID: a resource that was created anew under its name starts without any. */
export class Memories {
  readonly #byUid = new Map<string, ResourceMemory>();

  of(uid: string): ResourceMemory {
    let memory = this.#byUid.get(uid);
    if (memory === undefined) {
      memory = new ResourceMemory();
      this.#byUid.set(uid, memory);
    }
    return memory;
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }

  /** Another replica has led meanwhile: what this process did last says nothing about what was done last. */
  forgetAll(): void {
    this.#byUid.clear();
  }
}
