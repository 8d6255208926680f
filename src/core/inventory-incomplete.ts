import { type Failure, problem } from './failure.ts';

/** A list that is not whole decides nothing: what it does not show may be there, and what it shows may be old. */
export function inventoryIncomplete(): Failure {
  return problem(
    'InventoryIncomplete',
    "PAM Core's list is not whole: it has fewer entries than it says itself, or has lost half of them at once",
  );
}
