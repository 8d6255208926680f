// What the reports of vitest say in the end: each failure once more, for whoever sees only the last lines of a run, and
// the counts. A report that is missing belongs to a step that failed, so it counts as one failure.
//
// node .ci/summary.mjs FAILED-STEPS REPORT...
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Longer messages hold logs of programs, and longer lines whole objects; those are further up. */
const LINES_OF_A_MESSAGE = 30;
const CHARACTERS_OF_A_LINE = 600;

const [failedSteps, ...paths] = process.argv.slice(2);
const reports = paths.flatMap((path) => {
  try {
    return [JSON.parse(readFileSync(path, 'utf8'))];
  } catch {
    return [];
  }
});

for (const file of reports.flatMap(({ testResults }) => testResults)) {
  const failures = file.assertionResults.filter(({ status }) => status === 'failed');
  if (file.status !== 'failed') continue;
  const told =
    failures.length > 0 ? failures : [{ fullName: '(the file itself)', failureMessages: [file.message] }];
  for (const { fullName, failureMessages } of told) {
    const lines = stripVTControlCharacters(failureMessages.join('\n')).split('\n');
    console.log(`\nFAILED ${relative('.', file.name)}: ${fullName}`);
    for (const line of lines.slice(0, LINES_OF_A_MESSAGE))
      console.log(`  ${line.slice(0, CHARACTERS_OF_A_LINE)}`);
  }
}

const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
const failed = sum('numFailedTests') + Number(failedSteps);
console.log(`\n${sum('numPassedTests')} passed, ${failed} failed`);
process.exitCode = failed === 0 && sum('numPassedTests') > 0 ? 0 : 1;
