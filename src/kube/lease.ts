import { KubeError, type KubeFault } from '../core/kube-error.ts';
import type { Log } from '../core/log.ts';
import type { KubeClient, KubeRequest } from './kube-client.ts';
import { type KubeClock, SYSTEM_CLOCK } from './kube-clock.ts';
import { namespaceName, objectName } from './kube-name.ts';
import { type LeaseRecord, readLeaseRecord } from './lease-record.ts';
import { watchLease } from './lease-watch.ts';
import { microTime } from './micro-time.ts';

/** Leadership by a Lease. It is no fence: see {@link Lease.mayWriteFor}. */
export interface Lease {
  /** Whether this process leads right now, by the clock and not by the last event. */
  isLeader(): boolean;
  /**
   * Whether a call that takes at most `durationMs` ends before anybody else can lead. Asked after every await
   * and right before each write to PAM.
   */
  mayWriteFor(durationMs: number): boolean;
  /** Called on each change; a thrown error is dropped. */
  onChange(listener: (isLeader: boolean) => void): void;
  /** Gives the Lease back, so that a successor need not wait for its end. Call it when all guarded work has ended. */
  stop(): Promise<void>;
}

export interface LeaseOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique per process: the Pod's name and something random. */
  readonly identity: string;
  /** How long others wait after our last renewal (15 s). */
  readonly leaseDurationMs?: number;
  /** How long we believe in it ourselves without a renewal (10 s). */
  readonly renewDeadlineMs?: number;
  /** Between two tries (2 s). */
  readonly retryPeriodMs?: number;
  readonly clock?: KubeClock;
  readonly random?: () => number;
  readonly log?: Log;
}

/** As client-go: waiting candidates spread over 1 to 2.2 times the period. */
const JITTER = 1.2;

/**
 * Competes for the Lease until stopped. Lost leadership is no end: it stands down and competes again.
 * A claim of another ends by local time since its record last changed here, never by the record's own times.
 * @throws RangeError where a name is not valid or not lease > renew deadline > 1.2 × retry period
 */
export function startLease(options: LeaseOptions): Lease {
  const {
    client,
    identity,
    leaseDurationMs = 15_000,
    renewDeadlineMs = 10_000,
    retryPeriodMs = 2000,
  } = options;
  const { clock = SYSTEM_CLOCK, random = Math.random, log } = options;
  if (leaseDurationMs <= renewDeadlineMs || renewDeadlineMs <= JITTER * retryPeriodMs) {
    throw new RangeError('a lease needs duration > renew deadline > 1.2 × retry period');
  }
  const name = objectName(options.name);
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespaceName(options.namespace)}/leases`;
  const stopped = new AbortController();
  const listeners: ((isLeader: boolean) => void)[] = [];
  /** Ends the pause between two tries: the Lease became free. */
  let woken = new AbortController();

  /** The last record seen, and since when it has been like this. */
  let observed: { readonly record: LeaseRecord; readonly sinceMs: number } | undefined;
  let isHeld = false;
  /** When the last successful renewal was sent: others count from its arrival, so this errs on the safe side. */
  let renewedMs = Number.NEGATIVE_INFINITY;
  let announced = false;
  let lastFault: string | undefined;

  const validUntil = () => renewedMs + leaseDurationMs;
  const isLeader = () => isHeld && clock.monotonicMs() < validUntil();

  function announce(): void {
    const now = isLeader();
    if (now === announced) return;
    announced = now;
    log?.info(now ? 'Became the leader' : 'Stood down', { resource: 'leases', name });
    for (const listener of listeners) {
      try {
        listener(now);
      } catch {
        // A listener's fault must not end the election.
      }
    }
  }

  function standDown(): void {
    isHeld = false;
    announce();
  }

  function observe(record: LeaseRecord | undefined): LeaseRecord | undefined {
    if (record === undefined) observed = undefined;
    else if (observed?.record.fingerprint !== record.fingerprint) {
      observed = { record, sinceMs: clock.monotonicMs() };
    }
    return record;
  }

  /** Half the deadline, so that a lost answer leaves time for another try; a leader never tries past it. */
  const timeoutMs = () => {
    const leftMs = isHeld ? renewedMs + renewDeadlineMs - clock.monotonicMs() : renewDeadlineMs;
    return Math.max(1, Math.min(renewDeadlineMs / 2, leftMs));
  };
  const call = (request: Pick<KubeRequest, 'method' | 'path' | 'body' | 'expected'>, signal?: AbortSignal) =>
    client.request({
      ...request,
      resource: 'leases',
      lane: 'lease',
      timeoutMs: timeoutMs(),
      ...(signal !== undefined && { signal }),
    });

  async function read(): Promise<LeaseRecord | undefined> {
    const { status, body } = await call(
      { method: 'GET', path: `${collection}/${name}`, expected: [404] },
      stopped.signal,
    );
    return observe(status === 404 ? undefined : readLeaseRecord(body));
  }

  /** One optimistic write. @returns whether the Lease is now ours */
  async function claim(from: LeaseRecord | undefined): Promise<boolean> {
    const sentMs = clock.monotonicMs();
    const now = microTime(clock.now());
    const wasOurs = from?.holder === identity;
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, ...(from !== undefined && { resourceVersion: from.resourceVersion }) },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
        acquireTime: (wasOurs ? from.acquireTime : undefined) ?? now,
        renewTime: now,
        leaseTransitions: (from?.transitions ?? 0) + (wasOurs || from === undefined ? 0 : 1),
      },
    };
    const answer =
      from === undefined
        ? await call({ method: 'POST', path: collection, body, expected: [409] }, stopped.signal)
        : await call(
            { method: 'PUT', path: `${collection}/${name}`, body, expected: [404, 409] },
            stopped.signal,
          );
    if (answer.status === 404 || answer.status === 409) return false;
    observe(readLeaseRecord(answer.body));
    renewedMs = sentMs;
    isHeld = true;
    return true;
  }

  function isFree(record: LeaseRecord | undefined): boolean {
    if (record === undefined || record.holder === '' || record.holder === identity) return true;
    return (
      observed === undefined ||
      clock.monotonicMs() >= observed.sinceMs + (record.durationMs || leaseDurationMs)
    );
  }

  /** The claim of a holder that is gone ends at a time that is known here: nobody waits longer than that. */
  function untilFreeMs(): number {
    if (isHeld || observed === undefined) return Number.POSITIVE_INFINITY;
    const { record, sinceMs } = observed;
    const leftMs = sinceMs + (record.durationMs || leaseDurationMs) - clock.monotonicMs();
    // Ended already, and still not ours: somebody was faster or the API server is away.
    return leftMs > 0 ? leftMs + 1 : Number.POSITIVE_INFINITY;
  }

  async function tryOnce(): Promise<void> {
    // As the leader one PUT with the version of the last one; only a surprise costs a GET.
    if (isHeld && observed !== undefined && (await claim(observed.record))) return;
    const record = await read();
    if (isFree(record)) {
      if (await claim(record)) return;
      // Somebody was faster; what they wrote is seen at the next try.
    }
    if (isHeld && record !== undefined && record.holder !== identity) standDown();
  }

  /** A fault that lasts is said once; the tries in between say it at debug level. */
  function reportFault(fault: Pick<KubeFault, 'signal' | 'reason' | 'status'> | undefined): void {
    const reason = fault?.reason ?? fault?.signal;
    const level = reason === lastFault ? 'debug' : 'warn';
    lastFault = reason;
    if (fault !== undefined)
      log?.[level]('Failed to acquire or renew the lease', { reason, httpStatus: fault.status });
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      // From here on, so that a release during a try is not missed.
      woken = new AbortController();
      // After a pause of the whole process the claim may have ended: say so before renewing it.
      if (isHeld && !isLeader()) standDown();
      const fault = await tryOnce().then(
        () => undefined,
        (error: unknown) => (error instanceof KubeError ? error.fault : { signal: 'unreadable' as const }),
      );
      reportFault(fault);
      if (isHeld && clock.monotonicMs() - renewedMs >= renewDeadlineMs) standDown();
      announce();
      const untilDeadlineMs = isHeld
        ? renewedMs + renewDeadlineMs - clock.monotonicMs()
        : Number.POSITIVE_INFINITY;
      const waitMs = isHeld ? retryPeriodMs : retryPeriodMs * (1 + JITTER * random());
      const pauseMs = Math.min(waitMs, untilDeadlineMs, untilFreeMs());
      await clock.pause(pauseMs, AbortSignal.any([stopped.signal, woken.signal]));
    }
  }

  async function release(): Promise<void> {
    // A renewal may have been applied while its answer was given up: a conflict is worth another look.
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, body } = await call({ method: 'GET', path: `${collection}/${name}`, expected: [404] });
      const record = status === 404 ? undefined : readLeaseRecord(body);
      if (record === undefined || record.holder !== identity) return;
      const now = microTime(clock.now());
      const answer = await call({
        method: 'PUT',
        path: `${collection}/${name}`,
        expected: [404, 409],
        body: {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name, resourceVersion: record.resourceVersion },
          spec: {
            holderIdentity: '',
            leaseDurationSeconds: 1,
            acquireTime: now,
            renewTime: now,
            leaseTransitions: record.transitions,
          },
        },
      });
      if (answer.status !== 409) return;
    }
  }

  const watching = watchLease({
    client,
    collection,
    name,
    isWanted: () => !isHeld,
    onChange: (record) => {
      if (record !== undefined) observe(record);
      if (record === undefined || record.holder === '') woken.abort();
    },
    pauseMs: () => retryPeriodMs * (1 + JITTER * random()),
    clock,
    signal: stopped.signal,
  });
  const running = Promise.all([run(), watching]).then(() => undefined);
  return {
    isLeader,
    mayWriteFor: (durationMs) => isHeld && clock.monotonicMs() + durationMs < validUntil(),
    onChange: (listener) => {
      listeners.push(listener);
    },
    stop: async () => {
      if (stopped.signal.aborted) return running;
      stopped.abort();
      await running;
      const wasHeld = isHeld;
      standDown();
      // Unreachable: the claim ends by itself.
      if (wasHeld) await release().catch(() => {});
    },
  };
}
