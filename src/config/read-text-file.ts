import { closeSync, openSync, readSync } from 'node:fs';
import { MAX_CONFIG_BYTES } from './config-file.ts';

/**
 * Reads a small UTF-8 file; of one that is larger than a configuration may be (`/dev/zero`, a log) only the
 * first byte beyond that, so that the parser refuses it. Throws when it cannot be read or is not UTF-8.
 */
export function readTextFile(path: string): string {
  const buffer = Buffer.alloc(MAX_CONFIG_BYTES + 1);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      if (read === 0) {
        break;
      }
      length += read;
    }
    return new TextDecoder('utf-8', { fatal: length <= MAX_CONFIG_BYTES }).decode(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
}
