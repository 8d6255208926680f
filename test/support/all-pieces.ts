/** What a computation gives that stops now and then, made in one go. */
export function allPieces<T>(pieces: Generator<void, T>): T {
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}
