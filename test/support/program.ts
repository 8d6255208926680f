import { spawn } from 'node:child_process';
import { followedChild } from './followed-child.ts';
import type { LogLine } from './log-lines.ts';
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
  return {
    ...followedChild(child, () => child.kill('SIGKILL')),
    pid: child.pid ?? 0,
    kill: (signal) => {
      child.kill(signal);
    },
  };
}
