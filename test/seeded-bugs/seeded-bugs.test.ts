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

/** Copies of the sources in which nothing runs: as many as run at the same time. */
const idle: string[] = [];

/** A copy of the sources without a bug; the packages are shared. */
function takeCopy(): string {
  const known = idle.pop();
  if (known !== undefined) return known;
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const entry of COPIED) cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Puts one bug into a copy. @returns takes it out again */
function plant({ file, find, replace }: SeededBug, copy: string): () => void {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  expect(source.split(find), `${file} holds the text of the seeded bug once`).toHaveLength(2);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  return () => writeFileSync(path, source);
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
  // A run that ends without one must not be judged by the last one.
  rmSync(report, { force: true });
  const output = ['--reporter=json', `--outputFile=${report}`];
  // Modules loaded once for all files of a run cost a third of what isolation costs; the runs are many.
  const flags = [
    'run',
    '--project',
    'unit',
    '--no-isolate',
    '--maxWorkers=1',
    '--pool=threads',
    ...output,
    ...tests,
  ];
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
  const copy = takeCopy();
  const { failed, passed } = await runTests(copy, tests);
  idle.push(copy);
  expect(failed).toEqual([]);
  expect(passed).toBeGreaterThan(500);
});

it.concurrent.each(SEEDED_BUGS)('$name is noticed, because $because', async (bug) => {
  const copy = takeCopy();
  const takeOut = plant(bug, copy);
  const { failed, passed } = await runTests(copy, bug.tests);
  takeOut();
  idle.push(copy);
  const { row = '' } = bug;
  expect(
    failed.filter((name) => name.includes(row === '' ? '' : `${row}: `)).length,
    'tests that fail',
  ).toBeGreaterThan(0);
  // A copy in which nothing runs would fail everything, and prove nothing.
  expect(passed, 'tests that still pass').toBeGreaterThan(0);
});
