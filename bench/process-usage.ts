import { readFileSync } from 'node:fs';

/** Clock ticks of /proc, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  /** Of all threads since the start, in milliseconds. */
  readonly cpuMs: number;
  readonly rssMiB: number;
  readonly rssPeakMiB: number;
}

/** What the kernel says of a process that runs. */
export function processUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kiB = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field behind it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    cpuMs: (ticks * 1000) / TICKS_PER_SECOND,
    rssMiB: kiB('VmRSS') / 1024,
    rssPeakMiB: kiB('VmHWM') / 1024,
  };
}
