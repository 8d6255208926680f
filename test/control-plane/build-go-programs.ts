import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { acquireBuildLock } from './build-lock.ts';
import { cleanUpOnInterrupt } from './clean-up-on-interrupt.ts';
import { runGo } from './run-go.ts';

export interface GoProgram {
  /** Of the file. */
  readonly name: string;
  readonly package: string;
  /** `-X` settings, such as `main.version=v1`. */
  readonly variables?: readonly string[];
}

export interface GoBuild {
  /** Completes "Building …" and "Built …". */
  readonly what: string;
  readonly programs: readonly GoProgram[];
  /** Where the module is; a module that has to be made first is made in the given temporary folder. */
  readonly module:
    | string
    | ((
        folder: string,
        environment: NodeJS.ProcessEnv,
        onStart: (child: ChildProcess) => void,
      ) => Promise<string>);
  /** A folder with a module, to see whether Go is there before anything is waited for. */
  readonly probeDirectory: string;
  /** Appears complete or not at all. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives about one line every ten seconds. */
  readonly log: (line: string) => void;
}

const REPORT_INTERVAL = 10_000;

/**
 * Builds programs from Go modules. Several processes may ask at the same time: one builds, the others wait. Everything
 * temporary (gigabytes of build cache) is removed, also when the build fails or is interrupted; after a crash the next
 * build does it. Only a build cache that GOCACHE names is used and kept: several builds share what they have in common.
 * Throws GoUnavailable.
 */
export async function buildGoPrograms(build: GoBuild): Promise<void> {
  const { what, programs, folder, log } = build;
  const isDone = () => programs.every(({ name }) => existsSync(join(folder, name)));
  const go = goEnvironment(build.environment);
  await runGo({ arguments: ['list', '-m'], directory: build.probeDirectory, environment: go });
  const lock = await acquireBuildLock({ directory: `${folder}.building`, isDone, log });
  if (lock === undefined) return;
  let running: ChildProcess | undefined;
  const interruptible = cleanUpOnInterrupt(() => {
    if (running?.pid !== undefined) killGroup(running.pid);
    lock.release();
  });
  try {
    const onStart = (child: ChildProcess) => {
      running = child;
      child.once('exit', () => {
        running = undefined;
      });
    };
    const environment = withTemporaryFolders(go, lock.directory);
    const startedAt = Date.now();
    log(`Building ${what} once, which takes some minutes`);
    const directory =
      typeof build.module === 'string'
        ? build.module
        : await build.module(join(lock.directory, 'module'), environment, onStart);
    const output = join(lock.directory, 'bin');
    mkdirSync(output);
    for (const [index, program] of programs.entries()) {
      const step = `${index + 1} of ${programs.length}, ${program.name}`;
      const progress = reportProgress(step, startedAt, log);
      await runGo({
        arguments: [...buildArguments(program), '-o', join(output, program.name), program.package],
        directory,
        environment,
        onStart,
        onLine: progress.note,
      }).finally(progress.end);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(output, folder);
    log(`Built ${what} in ${secondsSince(startedAt)} s, kept in ${folder}`);
  } finally {
    interruptible.end();
    lock.release();
  }
}

function goEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // What a developer may have set for other work must not decide for which machine or from what is built.
  const { GOOS: _os, GOARCH: _arch, ...rest } = environment;
  return { ...rest, GOWORK: 'off', CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly' };
}

function withTemporaryFolders(environment: NodeJS.ProcessEnv, directory: string): NodeJS.ProcessEnv {
  const goCache = environment.GOCACHE || join(directory, 'go-cache');
  const goTemporary = join(directory, 'go-tmp');
  mkdirSync(goTemporary);
  return { ...environment, GOCACHE: goCache, GOTMPDIR: goTemporary };
}

function buildArguments({ variables = [] }: GoProgram): string[] {
  const flags = ['-s', '-w', ...variables.map((variable) => `-X ${variable}`)];
  // What the linker leaves out (-w) need not be compiled.
  return ['build', '-trimpath', '-gcflags=all=-dwarf=false', `-ldflags=${flags.join(' ')}`];
}

function reportProgress(step: string, startedAt: number, log: (line: string) => void) {
  let download = '';
  const report = () => log(`Building ${step}: ${secondsSince(startedAt)} s${download}`);
  const timer = setInterval(report, REPORT_INTERVAL);
  report();
  return {
    note: (line: string) => {
      const module = /^go: downloading (.+)$/.exec(line)?.[1];
      download = module === undefined ? '' : `, downloading ${module}`;
    },
    end: () => clearInterval(timer),
  };
}

function secondsSince(moment: number): number {
  return Math.round((Date.now() - moment) / 1000);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: it has just ended
  }
}
