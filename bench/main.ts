import { readCommandLine } from './command-line.ts';
import { runBench } from './run-bench.ts';

const options = readCommandLine(process.argv.slice(2));
if ('help' in options) {
  process.stdout.write(options.help);
} else if ('problem' in options) {
  process.stderr.write(`${options.problem}\n`);
  process.exitCode = 1;
} else {
  // A run that was broken off may still wait for something.
  process.exit(await runBench(options));
}
