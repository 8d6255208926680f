import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { logLines } from './log-lines.ts';
import type { Program, ProgramEnd } from './program.ts';

/**
 * What a child process says, and how it ends.
 * @param endWithParent ends it, when this process ends first
 */
export function followedChild(
  child: ChildProcessByStdio<null, Readable, Readable>,
  endWithParent: () => void,
): Pick<Program, 'stdout' | 'stderr' | 'log' | 'ended'> {
  process.once('exit', endWithParent);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]): ProgramEnd => {
    process.off('exit', endWithParent);
    return { code, signal, stdout, stderr };
  });
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    log: () => logLines(stdout),
    ended,
  };
}
