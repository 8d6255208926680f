import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from './command-line.ts';
import type { Figures, Goal } from './figures.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

type Row = ReturnType<Figures['rows']>[number];

export interface Report {
  readonly commit: string;
  readonly machine: { readonly cores: number; readonly model: string; readonly memoryMiB: number };
  /** Processes that ran or waited to run, over the last minute: above the number of cores times are worse than they could be. */
  readonly loadAtStart: number;
  readonly node: string;
  readonly options: Pick<BenchOptions, 'resources' | 'workers' | 'baselineSeconds' | 'loadSeconds' | 'only'>;
  readonly seconds: number;
  readonly rows: readonly Row[];
}

/** @param loadAtStart of the machine, before this run put its own load on it */
export function reportOf(
  figures: Figures,
  { resources, workers, baselineSeconds, loadSeconds, only }: BenchOptions,
  run: { readonly loadAtStart: number; readonly seconds: number },
): Report {
  return {
    commit: commit(),
    machine: {
      cores: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      memoryMiB: Math.round(totalmem() / 1024 / 1024),
    },
    ...run,
    node: process.versions.node,
    options: { resources, workers, baselineSeconds, loadSeconds, only },
    rows: figures.rows(),
  };
}

/** The machine's load before the run. */
export function loadNow(): number {
  return loadavg()[0] ?? 0;
}

export function tableOf({ rows, machine, options, commit: version, loadAtStart, seconds }: Report): string {
  const head = ['Figure', 'Measured', 'Goal', ''];
  const lines = rows.map(({ title, unit, value, goal, met }) => [
    title,
    `${shown(value)} ${unit}`.trim(),
    goal === undefined ? '' : goalText(goal),
    met === undefined ? '' : met ? 'met' : 'missed',
  ]);
  const widths = head.map((_, at) => Math.max(...[head, ...lines].map((line) => line[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  const about = `${options.resources} resources, ${options.workers} workers; ${machine.cores} cores (${machine.model}), load ${loadAtStart.toFixed(1)} before; commit ${version}; ${Math.round(seconds)} s`;
  return `${[line(head), line(widths.map((width) => '-'.repeat(width))), ...lines.map(line), '', about].join('\n')}\n`;
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}

function goalText(goal: Goal): string {
  if ('least' in goal) return `>= ${goal.least}`;
  return 'most' in goal ? `<= ${goal.most}` : `= ${goal.exactly}`;
}

/** Short; with `+` where files differ from it. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
