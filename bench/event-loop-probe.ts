import { createServer } from 'node:net';
import type { EventLoopBlock } from './event-loop-blocks.ts';

/**
 * Loaded into the operator's process before its own modules (`node --import`). Notes the times in which no timer could
 * fire, and how much CPU the main thread used in them. Whoever connects to the socket is told of the longest ones, and
 * the notes begin anew.
 */
/** Not more often: what a look costs counts as the operator's CPU time. A block may be longer by this than is noted. */
const EVERY_MS = 5;
/** Shorter blocks are of no interest. */
const NOTED_MS = 5;
const MOST_NOTES = 1000;

let blocks: EventLoopBlock[] = [];
let lastMs = performance.now();
let lastCpuMs = cpuMs();

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

setInterval(() => {
  const [now, cpu] = [performance.now(), cpuMs()];
  const wallMs = now - lastMs - EVERY_MS;
  if (wallMs >= NOTED_MS && blocks.length < MOST_NOTES)
    blocks.push({ at: performance.timeOrigin + lastMs, wallMs, cpuMs: cpu - lastCpuMs });
  [lastMs, lastCpuMs] = [now, cpu];
}, EVERY_MS).unref();

createServer((socket) => {
  socket.end(JSON.stringify(blocks));
  blocks = [];
})
  .listen(process.env.EVENT_LOOP_PROBE)
  .unref();
