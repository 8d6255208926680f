import { vi } from 'vitest';
import type { PamCallContext, PamClient } from '../../src/core/pam-call.ts';
import { type CallLimits, limitCalls } from '../../src/pam/limited-client.ts';

const clock = { monotonicMs: () => Date.now(), now: () => new Date() };

/** A client whose calls last until the test ends them, in the order in which they began. */
class SlowClient implements PamClient {
  readonly begun: string[] = [];
  readonly #ends: PromiseWithResolvers<void>[] = [];
  running = 0;
  most = 0;
  isClosed = false;
  readonly clockSkewMs = 7000;

  async #call<T>(name: string, answer: T): Promise<T> {
    this.begun.push(name);
    this.most = Math.max(this.most, ++this.running);
    const end = Promise.withResolvers<void>();
    this.#ends.push(end);
    try {
      await end.promise;
      return answer;
    } finally {
      this.running--;
    }
  }

  /** Ends the oldest call that runs. */
  async end(error?: Error): Promise<void> {
    const end = this.#ends.shift();
    if (error === undefined) end?.resolve();
    else end?.reject(error);
    await vi.advanceTimersByTimeAsync(0);
  }

  list = () => this.#call('list', { entries: [], complete: true, sentAtMs: 0, tookMs: 0 });
  upsertCredential = () => this.#upsert('credential');
  upsertKey = () => this.#upsert('key');
  enable = (_: unknown, id: string) => this.#call(`enable ${id}`, undefined);
  disable = (_: unknown, id: string) => this.#call(`disable ${id}`, undefined);
  close(): void {
    this.isClosed = true;
  }

  #upsert(kind: string) {
    return this.#call(`upsert ${kind}`, {
      id: '1',
      identifier: undefined,
      result: 'updated' as const,
      devicesPartlyAssigned: false,
    });
  }
}

const plenty: CallLimits = { maxInFlight: 100, requestsPerSecond: 1000, burst: 1000 };

/** A slow client behind limits; those that are not stated are out of reach. */
export function limited(limits: Partial<CallLimits>, onLimit?: (limit: number) => void) {
  const slow = new SlowClient();
  return { slow, client: limitCalls(slow, { ...plenty, ...limits }, clock, onLimit) };
}

export function context(overrides: Partial<PamCallContext> = {}): PamCallContext {
  return { signal: new AbortController().signal, requestId: 'request', ...overrides };
}
