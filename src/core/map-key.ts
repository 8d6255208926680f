/**
 * A key of a large map, made of parts. V8 keeps what a template puts together as a tree of its pieces, and a map does not
 * make one text of it: with 10,000 resources a heap held more than 150,000 such pieces.
 */
export function mapKey(separator: '/' | '\n', ...parts: readonly string[]): string {
  return parts.join(separator);
}
