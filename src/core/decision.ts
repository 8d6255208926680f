import type { Action } from './action.ts';
import type { Failure } from './failure.ts';
import type { RecordedChange } from './recorded-change.ts';

/** Something the plan lacks: the shell gathers it and asks again. So no pass reads what it does not need. */
export type Need =
  /** The Secrets' values, by GET. */
  | { readonly need: 'material' }
  /** A list whose request was sent at this monotonic time or later. */
  | {
      readonly need: 'inventory';
      readonly notBeforeMs: number;
      /** What to do where there is no such list: what it was wanted for can wait. */
      readonly otherwise?: Decision;
    };

/** What to do, and what to say when it is done. */
export interface Decision {
  readonly need?: undefined;
  readonly actions: readonly Action[];
  /** Why the declared state is not reached even if every action succeeds. */
  readonly failure?: Failure;
  /** Another pass has to follow at once. */
  readonly again: boolean;
  /** Another pass has to follow after this time, in milliseconds, with the lowest priority: nobody waits for it. */
  readonly laterMs?: number;
  /** A new value waits until an earlier push can no longer be applied late. */
  readonly settling?: boolean;
  /** The intent covers an earlier push without an answer too: a refusal of this one does not end it. */
  readonly keepsIntent?: boolean;
  /** The connection takes no calls now. The resource waits for it; no try is counted. */
  readonly heldBack?: boolean;
  /** No call is made, on purpose. */
  readonly suspended: boolean;
  /** What the status records besides the results of the actions. */
  readonly changes: RecordedChange;
}

export type Plan = Need | Decision;

/** A decision without any action. */
export function nothing(): Decision {
  return { actions: [], again: false, suspended: false, changes: {} };
}
