import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Held by one process at a time; everything below `directory` goes away with it. */
export interface BuildLock {
  readonly directory: string;
  /** Synchronous, so that it also works while the process ends. May be called more than once. */
  release(): void;
}

export interface BuildLockOptions {
  /** The folder that is the lock. Its parent is created. */
  readonly directory: string;
  /** Whether somebody else has done meanwhile what the lock is wanted for. */
  readonly isDone: () => boolean;
  readonly log: (line: string) => void;
  /** In milliseconds. */
  readonly pollInterval?: number;
}

const HEARTBEAT_INTERVAL = 5_000;
/** Twelve missed heartbeats: the owner runs on another machine or its process id has been given away. */
const STALE_AFTER = 60_000;
const REPORT_INTERVAL = 10_000;

/**
 * Takes the lock, waiting for its owner while that lives. Resolves to undefined when `isDone` became true, so
 * that there is nothing left to do.
 */
export async function acquireBuildLock(options: BuildLockOptions): Promise<BuildLock | undefined> {
  const { directory, isDone, log, pollInterval = 500 } = options;
  mkdirSync(dirname(directory), { recursive: true });
  const startedAt = Date.now();
  let nextReportAt = startedAt;
  while (!isDone()) {
    if (tryToCreate(directory)) return holdLock(directory);
    const owner = readOwner(directory);
    if (isStale(directory, owner)) {
      takeAway(directory, owner);
      continue;
    }
    if (Date.now() >= nextReportAt) {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      log(
        `Waiting for another process that builds the control plane (${owner || 'just started'}), ${seconds} s`,
      );
      nextReportAt += REPORT_INTERVAL;
    }
    await sleep(pollInterval);
  }
  return undefined;
}

function tryToCreate(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holdLock(directory: string): BuildLock {
  const ownerFile = join(directory, 'owner');
  writeFileSync(ownerFile, `process ${process.pid} on ${hostname()}`);
  removeLeftovers(directory);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimesSync(ownerFile, now, now);
  }, HEARTBEAT_INTERVAL);
  heartbeat.unref();
  let isHeld = true;
  const release = () => {
    if (!isHeld) return;
    isHeld = false;
    clearInterval(heartbeat);
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  };
  return { directory, release };
}

/** Empty when the owner has not written its name yet or has just released the lock. */
function readOwner(directory: string): string {
  try {
    return readFileSync(join(directory, 'owner'), 'utf8');
  } catch {
    return '';
  }
}

function isStale(directory: string, owner: string): boolean {
  const match = /^process (\d+) on (.*)$/.exec(owner);
  if (match !== null && match[2] === hostname() && !isAlive(Number(match[1]))) return true;
  try {
    const lastSign = statSync(owner === '' ? directory : join(directory, 'owner')).mtimeMs;
    return Date.now() - lastSign > STALE_AFTER;
  } catch {
    return false;
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Of several processes that find the same stale lock one renames it. A late one may catch the fresh lock of
 * the winner instead; it sees that by the owner and puts it back.
 */
function takeAway(directory: string, staleOwner: string): void {
  const aside = `${directory}.stale-${randomBytes(4).toString('hex')}`;
  try {
    renameSync(directory, aside);
    if (readOwner(aside) === staleOwner) rmSync(aside, { recursive: true, force: true, maxRetries: 10 });
    else renameSync(aside, directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Of a process that was killed between renaming a stale lock and removing it. */
function removeLeftovers(directory: string): void {
  for (const name of readdirSync(dirname(directory))) {
    if (name.startsWith(`${basename(directory)}.stale-`)) {
      rmSync(join(dirname(directory), name), { recursive: true, force: true });
    }
  }
}
