import { mkdirSync, writeFileSync } from 'node:fs';
import { CleanUp } from '../scripts/demo/clean-up.ts';
import type { BenchOptions } from './command-line.ts';
import { Figures } from './figures.ts';
import { bringInSync, type InSync } from './in-sync.ts';
import { bundleOperator } from './operator.ts';
import { Progress } from './progress.ts';
import { loadNow, reportOf, tableOf } from './report.ts';
import { cold } from './scenarios/cold.ts';
import { disable } from './scenarios/disable.ts';
import { newResource } from './scenarios/new-resource.ts';
import { restart } from './scenarios/restart.ts';
import { rotate } from './scenarios/rotate.ts';
import { storm } from './scenarios/storm.ts';
import { startWorld, type World } from './world.ts';

/** Runs the scenarios and shows their figures. Resolves with the exit code when every process has ended. */
export async function runBench(options: BenchOptions): Promise<number> {
  const cleanUp = new CleanUp();
  const progress = new Progress();
  const figures = new Figures();
  const loadAtStart = loadNow();
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => undefined);
  const limit = setTimeout(
    () => interrupted.reject(new Error(`Not done after ${options.limitMinutes} min (--limit-minutes).`)),
    options.limitMinutes * 60_000,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.reject(new Interrupted()));
  try {
    await Promise.race([measure(options, figures, progress, cleanUp), interrupted.promise]);
    progress.end();
    const report = reportOf(figures, options, { loadAtStart, seconds: progress.seconds });
    const json = `${JSON.stringify(report, null, 2)}\n`;
    if (options.json !== '-') process.stdout.write(tableOf(report));
    if (options.json === '-') process.stdout.write(json);
    else if (options.json !== undefined) writeFileSync(options.json, json);
    return 0;
  } catch (error) {
    progress.end();
    if (error instanceof Interrupted) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    clearTimeout(limit);
    await cleanUp.run();
  }
}

class Interrupted extends Error {}

async function measure(
  options: BenchOptions,
  figures: Figures,
  progress: Progress,
  cleanUp: CleanUp,
): Promise<void> {
  if (options.profile !== undefined) mkdirSync(options.profile, { recursive: true });
  bundleOperator();
  const world = await startWorld(options, figures, progress, cleanUp);
  const wanted = new Set(options.only);
  if (wanted.delete('storm')) await storm(world);
  if (wanted.size === 0) return;
  const state = wanted.has('cold') ? await cold(world) : await bringInSync(world);
  if (wanted.has('restart')) await restart(world, state);
  if (wanted.has('new')) await newResource(world, state);
  if (wanted.has('rotate')) await rotate(world, state);
  await noteBlocks(world, state);
  if (wanted.has('disable')) await disable(world, state);
  await noteBlocks(world, state);
  await state.operator.stop();
  await state.observer.stop();
}

async function noteBlocks({ figures }: World, { operator }: InSync): Promise<void> {
  const { wallMs, cpuMs } = await operator.longestBlock();
  figures.raise('block', wallMs);
  figures.raise('blockCpu', cpuMs);
}
