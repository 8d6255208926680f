import type { PamConnectionStatus } from '../api/pam-connection.gen.ts';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import { connectionName, manage } from '../core/managed-resource.ts';
import { wantsDisable } from '../core/wake.ts';

/** How the resources of one connection stand, as their cached statuses say. */
export interface Usage extends Required<NonNullable<PamConnectionStatus['resources']>> {
  /** Resources with our finalizer: their last call needs the connection. */
  readonly finalizers: number;
  /** `enabled: false` is declared and not carried out yet, whatever it waits for. */
  readonly disablesPending: number;
  /** Deletions that the brake holds. */
  readonly held: number;
}

interface Facts {
  readonly connection: string;
  readonly counts: Usage;
  /** When its deletion was asked for. */
  readonly deletedAt: string | undefined;
}

const NOTHING: Usage = {
  total: 0,
  ready: 0,
  reconciling: 0,
  stalled: 0,
  suspended: 0,
  finalizers: 0,
  disablesPending: 0,
  held: 0,
};

const NAMES = Object.keys(NOTHING) as (keyof Usage)[];

/** Counts the resources of each connection, kept with the caches: every number costs the same with 10,000 resources. */
export class ConnectionUsage {
  readonly #facts = new Map<string, Facts>();
  readonly #usage = new Map<string, Usage>();
  /** What the resources count as; nearly all count as the same, so they share it. */
  readonly #counts = new Map<string, Usage>();
  readonly #onChanged: (connection: string, before: Usage, after: Usage) => void;

  constructor(onChanged: (connection: string, before: Usage, after: Usage) => void) {
    this.#onChanged = onChanged;
  }

  of(connection: string): Usage {
    return this.#usage.get(connection) ?? NOTHING;
  }

  /** Deletions that the brake still holds, without those that were asked for up to `releasedTime`. */
  heldSince(connection: string, releasedTime: string | undefined): number {
    if (releasedTime === undefined || this.of(connection).held === 0) return this.of(connection).held;
    return this.#deleting(connection).filter(
      ({ counts, deletedAt = '' }) => counts.held > 0 && deletedAt > releasedTime,
    ).length;
  }

  /** When the latest deletion was asked for that has not ended; by the API server's clock. */
  latestDeletion(connection: string): string | undefined {
    return this.#deleting(connection)
      .map(({ deletedAt }) => deletedAt)
      .sort()
      .at(-1);
  }

  changed(resource: PamCredential | PamSshKey): void {
    const { uid, deletionTimestamp } = resource.metadata;
    const before = this.#facts.get(uid);
    const connection = connectionName(resource);
    const after = { connection, counts: this.#shared(countsOf(resource)), deletedAt: deletionTimestamp };
    this.#facts.set(uid, after);
    this.#move(before, after);
  }

  deleted({ metadata }: PamCredential | PamSshKey): void {
    const before = this.#facts.get(metadata.uid);
    this.#facts.delete(metadata.uid);
    this.#move(before, undefined);
  }

  #shared(counts: Usage): Usage {
    const key = NAMES.map((name) => counts[name]).join();
    const known = this.#counts.get(key) ?? counts;
    this.#counts.set(key, known);
    return known;
  }

  #move(from: Facts | undefined, to: Facts | undefined): void {
    if (from !== undefined && from.connection === to?.connection) {
      this.#add(to.connection, combined(to.counts, from.counts, -1));
    } else {
      if (from !== undefined) this.#add(from.connection, combined(NOTHING, from.counts, -1));
      if (to !== undefined) this.#add(to.connection, to.counts);
    }
  }

  #add(connection: string, change: Usage): void {
    if (NAMES.every((name) => change[name] === 0)) return;
    const before = this.of(connection);
    const after = combined(before, change, 1);
    if (after.total === 0) this.#usage.delete(connection);
    else this.#usage.set(connection, after);
    this.#onChanged(connection, before, after);
  }

  #deleting(connection: string): (Facts & { readonly deletedAt: string })[] {
    return [...this.#facts.values()].filter(
      (facts): facts is Facts & { readonly deletedAt: string } =>
        facts.connection === connection && facts.deletedAt !== undefined,
    );
  }
}

function countsOf(resource: PamCredential | PamSshKey): Usage {
  const managed = manage(resource);
  const { deleting, hasFinalizer, spec } = managed;
  const conditions = resource.status?.conditions ?? [];
  const says = (type: string) => conditions.some((each) => each.type === type && each.status === 'True');
  const reason = conditions.find(({ type }) => type === 'Ready')?.reason;
  const disables = deleting && hasFinalizer && spec.deletionPolicy === 'Disable';
  return {
    total: 1,
    ready: Number(says('Ready')),
    reconciling: Number(says('Reconciling')),
    stalled: Number(says('Stalled')),
    suspended: Number(reason === 'Suspended'),
    finalizers: Number(hasFinalizer),
    disablesPending: Number(!deleting && wantsDisable(managed)),
    held: Number(disables && reason === 'DeletionHeld'),
  };
}

function combined(left: Usage, right: Usage, sign: 1 | -1): Usage {
  const sum = { ...left };
  for (const name of NAMES) sum[name] = left[name] + sign * right[name];
  return sum;
}
