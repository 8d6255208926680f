import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { FIGURES, type FigureName } from '../../bench/figures.ts';
import type { Report } from '../../bench/report.ts';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

/** The safe bound of calls: one less could lose data, one more is load on the API server and on PAM Core. */
const CALLS = {
  // The intent before the push, the result after it, the baseline of later changes.
  statusWrites: 3,
  otherWrites: 0,
  secretReads: 1,
  pamWrites: 1,
  restartWrites: 0,
  restartSecretReads: 0,
  rotationWrites: 3,
  rotationSecretReads: 1,
  rotationPamWrites: 1,
} as const satisfies Partial<Record<FigureName, number>>;

/** It ends by itself long before; a machine without a free core takes its time. */
const LIMIT_MS = 300_000;

it(
  'the bench measures every figure, and each call of a resource is one that must be',
  async () => {
    const options = ['--quick', '--resources', '80', '--load-seconds', '2', '--json', '-'];
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...options]);
    const { rows } = JSON.parse(stdout) as Report;
    const measured = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    expect(Object.keys(measured)).toEqual(Object.keys(FIGURES));
    expect(rows.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
    expect(measured).toMatchObject(CALLS);
    expect(measured.events).toBeLessThanOrEqual(1);
  },
  LIMIT_MS,
);
