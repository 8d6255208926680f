import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireBuildLock } from './build-lock.ts';

let folder: string;
let directory: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-lock-'));
  directory = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadProcess = () => spawnSync(process.execPath, ['--version']).pid;
const log = () => undefined;

interface Situation {
  readonly because: string;
  readonly owner?: () => string;
  readonly minutesSilent: number;
  readonly isTaken: boolean;
}

const situations: Situation[] = [
  {
    because: 'an owner that lives keeps it',
    owner: () => `process ${process.pid} on ${hostname()}`,
    minutesSilent: 0,
    isTaken: false,
  },
  {
    because: 'an owner that is dead loses it at once',
    owner: () => `process ${deadProcess()} on ${hostname()}`,
    minutesSilent: 0,
    isTaken: true,
  },
  {
    because: 'a living process that got the id of a dead owner does not keep it',
    owner: () => `process ${process.pid} on ${hostname()}`,
    minutesSilent: 2,
    isTaken: true,
  },
  {
    because: 'whether an owner on another machine lives shows in its heartbeat alone',
    owner: () => `process ${deadProcess()} on elsewhere`,
    minutesSilent: 0,
    isTaken: false,
  },
  {
    because: 'a silent owner on another machine loses it',
    owner: () => `process ${process.pid} on elsewhere`,
    minutesSilent: 2,
    isTaken: true,
  },
  { because: 'an owner gets the time to write its name', minutesSilent: 0, isTaken: false },
  { because: 'an owner that never wrote its name loses it', minutesSilent: 2, isTaken: true },
];

describe('acquireBuildLock', () => {
  it.each(situations)('$because', async ({ owner, minutesSilent, isTaken }) => {
    mkdirSync(directory);
    if (owner !== undefined) writeFileSync(join(directory, 'owner'), owner());
    writeFileSync(join(directory, 'remains'), '');
    const then = new Date(Date.now() - minutesSilent * 60_000);
    utimesSync(owner === undefined ? directory : join(directory, 'owner'), then, then);
    let questions = 0;
    const isDone = () => {
      questions += 1;
      return questions > 4;
    };
    const lock = await acquireBuildLock({ directory, isDone, log, pollInterval: 10 });
    expect(lock !== undefined).toBe(isTaken);
    expect(existsSync(join(directory, 'remains'))).toBe(!isTaken);
    lock?.release();
    expect(readdirSync(folder)).toEqual(isTaken ? [] : ['lock']);
  });

  it('lets one after the other in', async () => {
    let holders = 0;
    const useLock = async () => {
      const lock = await acquireBuildLock({ directory, isDone: () => false, log, pollInterval: 5 });
      holders += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      holders -= 1;
      lock?.release();
      lock?.release();
    };
    await Promise.all(Array.from({ length: 8 }, useLock));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes what a process left that was killed while it took a stale lock away', async () => {
    mkdirSync(`${directory}.stale-0a1b2c3d`);
    const lock = await acquireBuildLock({ directory, isDone: () => false, log });
    expect(readdirSync(folder)).toEqual(['lock']);
    lock?.release();
  });
});
