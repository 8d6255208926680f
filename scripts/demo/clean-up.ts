import { setTimeout as sleep } from 'node:timers/promises';

/** In milliseconds. What needs longer ends with this process: the control plane by itself, the operator by a signal. */
const LIMIT = 10_000;

/** What has to be stopped at the end, in the reverse order of its start. */
export class CleanUp {
  readonly #stops: (() => Promise<unknown>)[] = [];

  add(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  /** Stops everything once. Never rejects: what cannot be stopped must not keep the others running. */
  async run(): Promise<void> {
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) {
      await Promise.race([stop().catch(() => undefined), sleep(LIMIT, undefined, { ref: false })]);
    }
  }
}
