import {
  admits,
  beginProbe,
  type Circuit,
  type CircuitCall,
  type CircuitSettings,
  dueAtMs,
  endProbe,
  heldBy,
  NEW_CIRCUIT,
  observe,
} from '../core/circuit.ts';
import type { Clock } from '../core/clock.ts';
import type { Failure } from '../core/failure.ts';
import { PamError } from '../core/pam-fault.ts';
import type { ResourceKey } from './resource-claims.ts';

export type BreakerState = Circuit['state']['breaker'];

export interface CircuitOptions extends CircuitSettings {
  readonly clock: Clock;
  /** Time between two resources that come back: what the connection's limits let through anyway. */
  readonly paceMs: number;
  /** How long the list has to rest before the next one may start. */
  readonly listRestMs: () => number;
  /** Another state, or another reason to hold calls back: the connection has to say so, and to send a list that is due. */
  readonly onChanged: () => void;
  /** A resource that waited may call now, or is the probe. */
  readonly wake: (key: ResourceKey, priority: number, afterMs: number) => void;
}

/** `Retry-After` of less than this delays a resource without a word in its status. */
const WORTH_SAYING_MS = 10_000;

/** The state machine of one session, and the resources that wait for it. Decides by `src/core/circuit.ts`. */
export class ConnectionCircuit {
  readonly #options: CircuitOptions;
  /** Priorities by key, in the order in which they came to wait. */
  readonly #waiting = new Map<ResourceKey, number>();
  #circuit: Circuit = NEW_CIRCUIT;
  #timer: NodeJS.Timeout | undefined;
  /** The connection says that it is paused, and has to say when that is over. */
  #toldPause = false;
  #stopped = false;

  constructor(options: CircuitOptions) {
    this.#options = options;
  }

  get breaker(): BreakerState {
    return this.#circuit.state.breaker;
  }

  /** A list is the probe, and not asked for yet or in flight. */
  get probesByList(): boolean {
    const { state } = this.#circuit;
    return state.breaker === 'Probing' && state.by === undefined;
  }

  /** Why calls are held back; absent where they go out, or will in a moment. */
  get cause(): Failure | undefined {
    return isShortPause(this.#circuit) ? undefined : this.#heldBy();
  }

  admits(call: CircuitCall): boolean {
    return admits(this.#circuit, call, this.#options.clock.monotonicMs());
  }

  /**
   * Makes a call and learns from how it ends.
   *
   * @param make gets what is to be asked right before the call goes out: the state may have changed while it waited
   */
  async guard<T>(
    call: CircuitCall,
    make: (mayStart: () => boolean) => Promise<T>,
    failureOf: (error: PamError) => Failure,
  ): Promise<T> {
    let sentAtMs = this.#options.clock.monotonicMs();
    const mayStart = () => {
      sentAtMs = this.#options.clock.monotonicMs();
      return this.admits(call);
    };
    try {
      const answer = await make(mayStart);
      this.#observe({ ...call, sentAtMs }, undefined);
      return answer;
    } catch (error) {
      if (error instanceof PamError) this.#observe({ ...call, sentAtMs }, failureOf(error));
      throw error;
    }
  }

  /**
   * The resource waits until it may call, and is woken once. False: it may by now.
   *
   * @param priority with which it comes back
   */
  wait(key: ResourceKey, priority: number): boolean {
    if (this.admits({ kind: 'write', by: key, urgent: false })) return false;
    this.#waiting.set(key, priority);
    return true;
  }

  /** A pass for the resource has ended. If it was to probe and asked nothing of PAM, another one is. */
  passEnded(key: ResourceKey): void {
    this.#become(endProbe(this.#circuit, key, this.#options.clock.monotonicMs()));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #heldBy(): Failure | undefined {
    return heldBy(this.#circuit, this.#options.clock.monotonicMs());
  }

  #observe(call: CircuitCall & { readonly sentAtMs: number }, failure: Failure | undefined): void {
    const { clock } = this.#options;
    this.#become(observe(this.#circuit, call, failure, clock.monotonicMs(), this.#options));
  }

  #become(next: Circuit): void {
    const before = this.#circuit;
    if (next === before || this.#stopped) return;
    this.#circuit = next;
    this.#arm();
    if (next.state.breaker === 'Closed' && this.#heldBy() === undefined) this.#release();
    const isPaused = before.pause !== next.pause && !isShortPause(next);
    if (isPaused) this.#toldPause = true;
    if (before.state.breaker !== next.state.breaker || isPaused) this.#options.onChanged();
  }

  #endPause(): void {
    this.#release();
    if (this.#toldPause) this.#options.onChanged();
    this.#toldPause = false;
  }

  /** The one timer: the next probe, or the end of a pause. */
  #arm(): void {
    clearTimeout(this.#timer);
    const now = this.#options.clock.monotonicMs();
    const atMs = dueAtMs(this.#circuit, now);
    if (atMs !== undefined) this.#timer = setTimeout(() => this.#due(), Math.max(1, Math.ceil(atMs - now)));
  }

  #due(): void {
    const now = this.#options.clock.monotonicMs();
    if (now < (dueAtMs(this.#circuit, now) ?? 0)) {
      this.#arm();
      return;
    }
    const { breaker } = this.#circuit.state;
    if (breaker === 'Closed') this.#endPause();
    if (breaker !== 'Open') return;
    const probing = beginProbe(this.#circuit, this.#waiting.keys());
    const by = probing.state.breaker === 'Probing' ? probing.state.by : undefined;
    const restMs = by === undefined ? this.#options.listRestMs() : 0;
    if (restMs > 0) {
      this.#timer = setTimeout(() => this.#due(), Math.ceil(restMs));
      return;
    }
    this.#become(probing);
    if (by !== undefined) this.#wake(by as ResourceKey, 0);
  }

  /** In the order of their priorities, then of their coming, and no faster than the connection's limits allow. */
  #release(): void {
    const keys = [...this.#waiting].sort(([, left], [, right]) => right - left).map(([key]) => key);
    for (const [at, key] of keys.entries()) this.#wake(key, at * this.#options.paceMs);
  }

  #wake(key: ResourceKey, afterMs: number): void {
    const priority = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (priority !== undefined) this.#options.wake(key, priority, afterMs);
  }
}

function isShortPause({ state, pause }: Circuit): boolean {
  return (
    state.breaker === 'Closed' && (pause?.cause.fault?.retryAfterMs ?? WORTH_SAYING_MS) < WORTH_SAYING_MS
  );
}
