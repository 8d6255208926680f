import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningControlPlane, StartFailure } from '../running-control-plane.ts';
import type { SupervisorMessage, SupervisorPlan, SupervisorRequest } from '../supervisor-messages.ts';

/*
 * Owns the processes of one control plane and outlives the process that asked for it by a moment: when the
 * channel to that process closes, for whatever reason, it stops everything in order and removes the files.
 * It leads a process group of its own, so that Ctrl-C in a terminal reaches neither it nor its children.
 */

/** Ports are guessed and another process may be faster; five clashes in a row mean something else is wrong. */
const START_ATTEMPTS = 5;

const plan = JSON.parse(process.argv[2] ?? '') as SupervisorPlan;
const directory = mkdtempSync(join(tmpdir(), 'pam-operator-control-plane-'));
let current: RunningControlPlane | undefined;
let stopped: Promise<void> | undefined;

function tell(message: SupervisorMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    // The receiver may disappear at any time; the 'disconnect' event deals with that.
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

async function launch(): Promise<RunningControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    current = await RunningControlPlane.prepare(plan, directory, (line) => void tell({ kind: 'log', line }));
    try {
      if (stopped === undefined) await current.startAll();
      return current;
    } catch (error) {
      const mayTryAgain = error instanceof StartFailure && error.portClash && attempt < START_ATTEMPTS;
      if (stopped !== undefined || !mayTryAgain || plan.apiServerPort !== undefined) throw error;
      await current.stopAll();
    }
  }
}

const launched = launch();

function stop(): Promise<void> {
  stopped ??= (async () => {
    await current?.stopAll();
    await launched.catch(() => undefined);
    // What the launch had started in between
    await current?.stopAll();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  })();
  return stopped;
}

async function perform(request: SupervisorRequest): Promise<void> {
  const controlPlane = await launched;
  if (request.action === 'signal') await controlPlane.signal(request.component, request.signal);
  else await controlPlane.start(request.component);
}

process.on('message', (request: SupervisorRequest) => {
  void perform(request).then(
    () => tell({ kind: 'done', id: request.id }),
    (error: unknown) => tell({ kind: 'done', id: request.id, error: String(error) }),
  );
});
process.once('disconnect', () => void stop().then(() => process.exit()));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stop().then(() => process.exit()));
}

launched.then(
  (controlPlane) => tell({ kind: 'ready', facts: controlPlane.facts }),
  async (error: unknown) => {
    await stop();
    await tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  },
);
