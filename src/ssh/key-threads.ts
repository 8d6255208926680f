import { Worker } from 'node:worker_threads';
import type { KeyPair, KeyPairProblem } from './key-pair.ts';
import type { KeyTexts } from './parse-key-pair.ts';

/** The thread's answer; `late` after the time or on abort, `dead` where the thread ended by itself. */
export type ThreadAnswer = KeyPair | KeyPairProblem | 'late' | 'dead';

type Message = ThreadAnswer | 'ready';

interface KeyThread {
  readonly worker: Worker;
  /** Takes the next message; an idle thread has none to say. */
  onMessage: ((message: Message) => void) | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

const maxThreads = 2;
/** A thread that loads longer than this will not come. */
const loadMs = 10_000;
/** Long enough for a list of keys, short enough not to keep a thread's memory for one. */
const idleMs = 10_000;

const idle: KeyThread[] = [];
const waiting: (() => void)[] = [];
let taken = 0;

/**
 * Has a key pair read in a thread. At most two run, other callers wait in order; threads are made on demand, end
 * after 10 s without work, and keep no process alive. `timeoutMs` counts from the moment at which a loaded
 * thread gets the texts. Rejects with the signal's reason where it is aborted while waiting for a place.
 */
export async function askKeyThread(
  texts: KeyTexts,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<ThreadAnswer> {
  await takePlace(signal);
  try {
    if (signal?.aborted) return 'late';
    const rested = idle.pop();
    const thread = rested ?? startThread();
    clearTimeout(thread.idleTimer);
    if (rested === undefined) {
      const loaded = await nextMessage(thread, loadMs, signal);
      if (loaded !== 'ready') return await end(thread, loaded);
    }
    thread.worker.postMessage(texts);
    const answer = await nextMessage(thread, timeoutMs, signal);
    if (answer === 'late' || answer === 'dead' || answer === 'ready') return await end(thread, answer);
    rest(thread);
    return answer;
  } finally {
    givePlace();
  }
}

function startThread(): KeyThread {
  const worker = new Worker(new URL('./key-pair-worker.ts', import.meta.url), {
    // A parser needs neither the environment nor the output of this process.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const thread: KeyThread = { worker, onMessage: undefined, idleTimer: undefined };
  const onEnd = () => {
    forget(thread);
    thread.onMessage?.('dead');
  };
  worker.on('message', (message: Message) => thread.onMessage?.(message));
  worker.on('error', onEnd);
  worker.on('exit', onEnd);
  worker.unref();
  return thread;
}

async function nextMessage(
  thread: KeyThread,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Message> {
  const next = Promise.withResolvers<Message>();
  const onLate = () => next.resolve('late');
  // Keeps the process alive for as long as somebody waits; the thread itself does not.
  const timer = setTimeout(onLate, timeoutMs);
  thread.onMessage = next.resolve;
  signal?.addEventListener('abort', onLate, { once: true });
  if (signal?.aborted) onLate();
  try {
    return await next.promise;
  } finally {
    clearTimeout(timer);
    thread.onMessage = undefined;
    signal?.removeEventListener('abort', onLate);
  }
}

function rest(thread: KeyThread): void {
  idle.push(thread);
  thread.idleTimer = setTimeout(() => {
    forget(thread);
    thread.worker.terminate().catch(() => {});
  }, idleMs).unref();
}

function forget(thread: KeyThread): void {
  clearTimeout(thread.idleTimer);
  const at = idle.indexOf(thread);
  if (at !== -1) idle.splice(at, 1);
}

/** The place is given back only when the thread is gone, so that hostile keys never run more than two. */
async function end(thread: KeyThread, answer: Message): Promise<ThreadAnswer> {
  await thread.worker.terminate();
  return answer === 'ready' ? 'dead' : answer;
}

async function takePlace(signal: AbortSignal | undefined): Promise<void> {
  if (taken < maxThreads) {
    taken += 1;
    return;
  }
  const place = Promise.withResolvers<void>();
  const onAbort = () => {
    const at = waiting.indexOf(place.resolve);
    // Not waiting any more: the place is already this caller's, who notices the abort and gives it back.
    if (at === -1) return;
    waiting.splice(at, 1);
    place.reject(signal?.reason);
  };
  waiting.push(place.resolve);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await place.promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A place goes from hand to hand; only the last one counts down. */
function givePlace(): void {
  const next = waiting.shift();
  if (next === undefined) taken -= 1;
  else next();
}
