import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMPILE_CACHE } from '../support/tested-operator.ts';
import { SEEDED_BUGS, type SeededBug } from './seeded-bugs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = [
  'src',
  'test',
  'scripts',
  'crds',
  'docs',
  'examples',
  'package.json',
  'vitest.config.ts',
  'tsconfig.json',
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-seeded-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the sources; the packages are shared. */
function copySources(name: string): string {
  const copy = join(folder, name.replaceAll(' ', '-'));
  for (const entry of COPIED) cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** A copy with one bug in it. */
function plant({ name, file, find, replace }: SeededBug): string {
  const copy = copySources(name);
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  expect(source.split(find), `${file} holds the text of the seeded bug once`).toHaveLength(2);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  return copy;
}

interface Report {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Names of the tests that failed, and how many passed. */
function runTests(copy: string, tests: readonly string[]): Promise<{ failed: string[]; passed: number }> {
  const report = join(copy, 'report.json');
  const output = ['--reporter=json', `--outputFile=${report}`];
  // Modules loaded once for all files of a run cost a third of what isolation costs; the runs are many.
  const flags = ['run', '--project', 'unit', '--no-isolate', '--maxWorkers=1', ...output, ...tests];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(copy, 'node_modules/vitest/vitest.mjs'), ...flags],
      { cwd: copy, env: { ...process.env, ...COMPILE_CACHE } },
      () => {
        try {
          const { numPassedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
          const results = testResults.flatMap(({ assertionResults }) => assertionResults);
          const failed = results.flatMap(({ fullName, status }) => (status === 'failed' ? fullName : []));
          resolve({ failed, passed: numPassedTests });
        } catch (error) {
          reject(error);
        }
      },
    );
  });
}

it.concurrent('a copy without a bug passes, so what fails below fails because of its bug', async () => {
  const tests = [...new Set(SEEDED_BUGS.flatMap((bug) => bug.tests))];
  const { failed, passed } = await runTests(copySources('unbroken'), tests);
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(1000);
});

it.concurrent.each(SEEDED_BUGS)('$name is noticed, because $because', async (bug) => {
  const copy = plant(bug);
  const { failed, passed } = await runTests(copy, bug.tests);
  const { row = '' } = bug;
  expect(
    failed.filter((name) => name.includes(row === '' ? '' : `${row}: `)).length,
    'tests that fail',
  ).toBeGreaterThan(0);
  // A copy in which nothing runs would fail everything, and prove nothing.
  expect(passed, 'tests that still pass').toBeGreaterThan(0);
  rmSync(copy, { recursive: true, force: true });
});
