import { expect, it } from 'vitest';
import { type Circumstances, decide, type Told } from './decide.ts';

/** One row of a decision table: a situation, and what is done about it. */
export interface DecisionRow extends Circumstances {
  readonly because: string;
  readonly steps: readonly string[];
  /** Of the failure; absent: there is none. */
  readonly reason?: string;
  /** What had to be gathered, in order; absent: not looked at. */
  readonly asked?: Told['asked'];
  /** Another pass has to follow at once. */
  readonly again?: boolean;
}

export function itDecides(rows: readonly DecisionRow[]): void {
  it.each(rows)('$because', ({ because, steps, reason, asked, again = false, ...circumstances }) => {
    const told = decide(circumstances);
    expect(told.steps, because).toEqual(steps);
    expect(told.reason).toBe(reason);
    expect(told.decision.again).toBe(again);
    if (asked !== undefined) expect(told.asked).toEqual(asked);
  });
}
