import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTextFile } from '../src/config/read-text-file.ts';

describe('reading the configuration file', () => {
  it('stops one byte after the limit, at which the parser refuses it', () => {
    expect(readTextFile('/dev/zero')).toHaveLength(256 * 1024 + 1);
  });

  it('refuses what is not UTF-8 and what is not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-test-'));
    try {
      const path = join(folder, 'config.yaml');
      expect(() => readTextFile(path)).toThrow();
      writeFileSync(path, Buffer.from([0x61, 0xff]));
      expect(() => readTextFile(path)).toThrow();
      writeFileSync(path, 'drainSeconds: 3 # ü\n');
      expect(readTextFile(path)).toBe('drainSeconds: 3 # ü\n');
      // The limit cuts the last character in two; the file is too large all the same, not unreadable.
      writeFileSync(path, 'ü'.repeat(256 * 1024));
      expect(Buffer.byteLength(readTextFile(path))).toBeGreaterThan(256 * 1024);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
