/** A line longer than this is no watch event: an object has at most 1.5 MiB in etcd. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;

/** The stream holds a line without end. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/**
 * Cuts a byte stream into lines, whatever the chunks' borders are. Cuts bytes, not text, so that a character of
 * several bytes may lie on a border. A last line without its newline is dropped: the connection was cut.
 * @throws LineTooLong, and whatever the stream throws
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, at));
      from = at + 1;
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      held = 0;
      if (line.trim() !== '') yield line;
    }
    if (from < chunk.length) {
      parts.push(chunk.subarray(from));
      held += chunk.length - from;
      if (held > MAX_LINE_BYTES) throw new LineTooLong();
    }
  }
}
