/** Time as an argument: delays and deadlines use the monotonic reading, wall time is for display and OAuth only. */
export interface Clock {
  /** Milliseconds that never go back; only differences mean anything. */
  monotonicMs(): number;
  now(): Date;
}
