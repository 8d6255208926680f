import { setImmediate } from 'node:timers/promises';

/** One item of an array in a JSON text. */
export interface Row<T> {
  /** Offset of its first byte, and of the one behind its last. */
  readonly start: number;
  readonly end: number;
  /** What it was read as; absent until then. */
  readonly value?: T;
}

/** A JSON text and where the items of its array stand. */
export interface Rows<T> {
  readonly bytes: Buffer;
  readonly rows: readonly Row<T>[];
}

/** A JSON object whose one large array was taken out of it. */
export interface CutRows<T> extends Rows<T> {
  /** The whole object with the array left empty. */
  readonly envelope: Uint8Array;
  /** Those that are to be parsed have no value; a malformed one shows when it is. */
  readonly rows: readonly Row<T>[];
}

/** So many bytes take one or two milliseconds; then others have their turn. */
const bytesPerTurn = 256 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Cuts a top-level member that is an array into its items without parsing them, so that an inventory of tens of
 * thousands of rows (30 MB take `JSON.parse` most of a second) never holds up the process. `undefined` where there
 * is no such member, or two, or where the text ends early: then the text is to be parsed as a whole.
 *
 * What comes out is as strict as `JSON.parse`: envelope and rows are valid exactly when the whole was.
 *
 * @param last the array as it was read before: items with the same bytes need not be read again. Nearly all of them, since
 *   a list is asked for after each change of a record
 */
export async function cutRows<T>(
  body: Uint8Array,
  name: string,
  last?: Rows<T>,
): Promise<CutRows<T> | undefined> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const rows: Row<T>[] = [];
  const seen = new SeenRows(bytes, last);
  let array: { readonly start: number; end: number } | undefined;
  let rowStart = 0;
  let row: Row<T> | undefined;
  let depth = 0;
  let isInRows = false;
  let isNamed = false;
  let lastText = '';
  let nextTurn = bytesPerTurn;

  for (let at = 0; at < bytes.length; at += 1) {
    if (at >= nextTurn) {
      nextTurn = at + bytesPerTurn;
      await setImmediate();
    }
    if (isInRows && at === rowStart) {
      row = seen.at(at);
      at = row?.end ?? at;
    }
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      const end = endOfText(bytes, at);
      if (end === -1) return undefined;
      if (depth === 1) lastText = bytes.toString('latin1', at + 1, end);
      at = end;
    } else if (byte === openBracket || byte === openBrace) {
      if (byte === openBracket && depth === 1 && isNamed) {
        if (array !== undefined) return undefined;
        array = { start: at + 1, end: -1 };
        rowStart = at + 1;
        isInRows = true;
      }
      depth += 1;
    } else if (byte === closeBracket || byte === closeBrace) {
      depth -= 1;
      if (isInRows && depth === 1 && array !== undefined) {
        row ??= { start: rowStart, end: at };
        if (rows.length > 0 || !isBlank(bytes.subarray(row.start, row.end))) rows.push(row);
        array.end = at;
        isInRows = false;
      }
    } else if (byte === comma && isInRows && depth === 2) {
      rows.push(row ?? { start: rowStart, end: at });
      rowStart = at + 1;
    } else if (byte === colon && depth === 1) {
      isNamed = lastText === name;
    }
  }
  if (array === undefined || array.end === -1) return undefined;
  const envelope = Buffer.concat([bytes.subarray(0, array.start), bytes.subarray(array.end)]);
  return { envelope, bytes, rows };
}

/** Rows that came or went between two others since the last list shift those behind them; of more, each is read anew. */
const STEPS = [0, 1, -1, 2, -2, 3, -3, 4, -4];

/** Recognises rows of the last list by their bytes. */
class SeenRows<T> {
  readonly #bytes: Buffer;
  readonly #last: Rows<T> | undefined;
  /** The row that most likely comes next. */
  #next = 0;

  constructor(bytes: Buffer, last: Rows<T> | undefined) {
    this.#bytes = bytes;
    this.#last = last;
  }

  /** The row that begins here, with its value, where it ends as it did and the array goes on or ends behind it. */
  at(start: number): Row<T> | undefined {
    const { rows = [] } = this.#last ?? {};
    for (const step of STEPS) {
      const seen = rows[this.#next + step];
      if (seen === undefined) continue;
      const end = start + seen.end - seen.start;
      if (!this.#isSame(seen, start, end)) continue;
      this.#next += step + 1;
      return { ...seen, start, end };
    }
    this.#next += 1;
    return undefined;
  }

  #isSame(seen: Row<T>, start: number, end: number): boolean {
    const behind = this.#bytes[end];
    if (this.#last === undefined || (behind !== comma && behind !== closeBracket)) return false;
    return this.#bytes.compare(this.#last.bytes, seen.start, seen.end, start, end) === 0;
  }
}

/**
 * Offset of the quote that ends the text which begins at `start`, -1 where none does. Most texts of a list are short:
 * byte by byte is faster than a search.
 */
function endOfText(bytes: Buffer, start: number): number {
  for (let end = start + 1; end < bytes.length; end += 1) {
    const byte = bytes[end];
    if (byte === quote) return end;
    // Whatever is escaped is no end.
    if (byte === backslash) end += 1;
  }
  return -1;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
