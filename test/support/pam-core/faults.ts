import type { Fault, FaultInput, FaultMatch } from './fault.ts';
import type { Template } from './router.ts';

/** What faults look at in a call. */
export interface FaultSubject {
  readonly method: string;
  readonly template: Template;
  readonly path: string;
  readonly identifier: string | undefined;
  readonly authorization: string | undefined;
}

/** One fault that was added. */
export interface FaultHandle {
  readonly id: number;
  readonly fault: Fault;
  readonly match: FaultMatch;
  /** How often it fired. */
  fired(): number;
  remove(): void;
}

interface Entry {
  readonly handle: FaultHandle;
  seen: number;
  fired: number;
}

/** Faults waiting for calls. Each call gets all fitting delays and at most one other fault, the oldest. */
export class Faults {
  readonly #entries = new Map<number, Entry>();
  #nextId = 1;

  add(input: FaultInput): FaultHandle {
    const { match = {}, ...fault } = input;
    const id = this.#nextId++;
    const handle: FaultHandle = {
      id,
      fault,
      match,
      fired: () => entry.fired,
      remove: () => this.remove(id),
    };
    const entry: Entry = { handle, seen: 0, fired: 0 };
    this.#entries.set(id, entry);
    return handle;
  }

  remove(id: number): void {
    this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Faults that were not removed, used up ones included. */
  list(): FaultHandle[] {
    return [...this.#entries.values()].map((entry) => entry.handle);
  }

  /** The faults that fire for this call; they count as fired. */
  take(subject: FaultSubject): Fault[] {
    const taken: Fault[] = [];
    for (const entry of this.#entries.values()) {
      const { fault, match } = entry.handle;
      if (!fits(match, subject)) continue;
      if (fault.kind !== 'delay' && taken.some((other) => other.kind !== 'delay')) continue;
      entry.seen += 1;
      if (entry.seen <= (match.after ?? 0) || entry.fired >= (match.times ?? Number.POSITIVE_INFINITY))
        continue;
      entry.fired += 1;
      taken.push(fault);
    }
    return taken;
  }
}

function fits(match: FaultMatch, subject: FaultSubject): boolean {
  const { method, path, identifier, authorization } = match;
  return (
    (method === undefined || method === subject.method) &&
    (path === undefined || (path instanceof RegExp ? path.test(subject.path) : path === subject.template)) &&
    (identifier === undefined || identifier === subject.identifier) &&
    (authorization === undefined || authorization === subject.authorization)
  );
}
