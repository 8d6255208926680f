import { setImmediate as nextTurn } from 'node:timers/promises';

/** A long computation that stops where others may have their turn. */
export type InPieces<T> = Generator<void, T>;

/** Runs it piece by piece: no list is so long that it holds up the Lease, a probe or a disable. */
export async function inTurns<T>(pieces: InPieces<T>): Promise<T> {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
    await nextTurn();
  }
}
