/** A time in which a replica led. */
export interface Term {
  readonly fromMs: number;
  /** Absent: it still does. */
  untilMs: number | undefined;
}

/** One write as PAM Core saw it. */
export interface Write {
  readonly replica: string;
  readonly what: string;
  readonly arrivedAtMs: number;
  /** Absent: it is still under way. */
  readonly endedAtMs: number | undefined;
}

/**
 * Everything in which the replicas did not keep apart: two writes at once from different ones, and a write from one
 * after another had become the leader. None is what a Lease is for.
 */
export function writerBreaches(
  writes: readonly Write[],
  terms: Readonly<Record<string, readonly Term[]>>,
): string[] {
  const found: string[] = [];
  const ordered = writes.toSorted((one, other) => one.arrivedAtMs - other.arrivedAtMs);
  let running: Write[] = [];
  for (const write of ordered) {
    const { replica, what, arrivedAtMs } = write;
    running = running.filter(({ endedAtMs = Number.POSITIVE_INFINITY }) => endedAtMs > arrivedAtMs);
    for (const other of running) {
      if (other.replica !== replica)
        found.push(`${what} of ${replica} during ${other.what} of ${other.replica}`);
    }
    running.push(write);
    for (const [leader, own] of Object.entries(terms)) {
      const since = lastStart(own, arrivedAtMs);
      if (leader !== replica && since > lastStart(terms[replica] ?? [], arrivedAtMs + HEARD_LATE_MS))
        found.push(`${what} of ${replica} while ${leader} led`);
    }
  }
  return found;
}

/** What a replica says is read later than what it sends arrives, on a busy machine by much. */
const HEARD_LATE_MS = 5000;

/** When the last term began of those that had begun at a time. */
function lastStart(terms: readonly Term[], atMs: number): number {
  const begun = terms.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs <= atMs);
  return Math.max(Number.NEGATIVE_INFINITY, ...begun);
}
