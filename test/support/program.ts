import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { LogLine } from './operator-process.ts';
import { COMPILE_CACHE, TESTED_OPERATOR } from './tested-operator.ts';

/** How the program ended. `code` is null after a signal that it did not handle. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The operator, or a program beside it, as a process, whatever it is asked to do. */
export interface Program {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** The lines of stdout that are JSON. */
  log(): readonly LogLine[];
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<ProgramEnd>;
}

/**
 * Starts a program with these arguments and an environment of nothing but `env`. It ends with this process.
 * @param main the file that Node runs; the operator unless told
 */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  main = TESTED_OPERATOR,
): Program {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...COMPILE_CACHE, ...env },
  });
  const endWithParent = () => child.kill('SIGKILL');
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
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    log: () => stdout.split('\n').flatMap(readLine),
    kill: (signal) => {
      child.kill(signal);
    },
    ended,
  };
}

function readLine(line: string): LogLine[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    // It is still being written.
    return [];
  }
}
