import { KubeError, type KubeFault } from '../core/kube-error.ts';
import { LineTooLong } from './json-lines.ts';

/** Why a collection is listed; a label of the relist metric. */
export type RelistReason =
  | 'initial'
  /** 410: the server no longer knows the resume point. */
  | 'expired'
  /** A line of the watch could not be read. */
  | 'corrupt'
  /** The watch carried an ERROR event other than 410. */
  | 'serverError'
  /** The collection was not found, or the watch was refused again and again. */
  | 'refused'
  /** The safety relist. */
  | 'periodic';

/** How to go on after a watch ended. */
export type WatchEnd =
  /** Resume at once. */
  | { readonly next: 'watch' }
  /** Resume after the back-off (and the server's `Retry-After`). */
  | { readonly next: 'wait'; readonly fault?: KubeFault }
  /** List again, after the back-off unless it is the periodic one. */
  | { readonly next: 'relist'; readonly reason: RelistReason };

/** Refusals in a row after which the resume point itself is suspect (a version of the future, say). */
const REFUSALS_BEFORE_RELIST = 5;

/**
 * Decides what a failed watch means:
 *
 * | failure                              | next                                         |
 * | ------------------------------------ | -------------------------------------------- |
 * | 410                                  | relist                                       |
 * | 404                                  | relist: the definition may be another one    |
 * | 429, 503                             | wait, keep the resume point, no relist       |
 * | other status                         | wait; relist after five in a row             |
 * | no connection, refused credentials   | wait                                         |
 * | cut or silent after it was accepted  | resume at once                               |
 * | endless line                         | relist                                       |
 */
export class WatchRefusals {
  #refusals = 0;

  /** The server has begun to answer: what was refused before is not in a row with what comes. */
  accepted(): void {
    this.#refusals = 0;
  }

  /** `wasAccepted`: the failure came after that. */
  judge(error: unknown, wasAccepted: boolean): WatchEnd {
    if (error instanceof LineTooLong) return { next: 'relist', reason: 'corrupt' };
    // A fault of our own code: only a new list is certain to be right.
    if (!(error instanceof KubeError)) return { next: 'relist', reason: 'corrupt' };
    if (wasAccepted) return { next: 'watch' };
    const { fault } = error;
    if (fault.status === 410) return { next: 'relist', reason: 'expired' };
    if (fault.status === 404) return { next: 'relist', reason: 'refused' };
    const isSuspect = fault.status !== undefined && ![401, 403, 429, 503].includes(fault.status);
    this.#refusals = isSuspect ? this.#refusals + 1 : 0;
    if (this.#refusals < REFUSALS_BEFORE_RELIST) return { next: 'wait', fault };
    this.#refusals = 0;
    return { next: 'relist', reason: 'refused' };
  }
}
