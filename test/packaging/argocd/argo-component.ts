import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ArgoComponentCommand {
  readonly program: string;
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Receives its log. */
  readonly folder: string;
  /** Port on 127.0.0.1 that answers under /healthz; absent: it is ready at once. */
  readonly health?: number;
}

/** One process of Argo CD. It ends with this process. */
export interface ArgoComponent {
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;

/** @throws Error with the end of its log when it does not come up */
export async function startArgoComponent(command: ArgoComponentCommand): Promise<ArgoComponent> {
  const { program, name, args, env, folder, health } = command;
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(program, args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const exited = once(child, 'exit');
  const stop = async () => {
    process.off('exit', endWithParent);
    if (child.exitCode !== null || child.signalCode !== null) return;
    // Argo CD drains for up to a minute; nothing here is worth it.
    child.kill('SIGKILL');
    await exited;
  };
  const giveUpAt = Date.now() + START_LIMIT_MS;
  while (health !== undefined && !(await isHealthy(health))) {
    if (child.exitCode === null && Date.now() < giveUpAt) {
      await sleep(100);
      continue;
    }
    await stop();
    const tail = readFileSync(logFile, 'utf8').trim().split('\n').slice(-12).join('\n');
    throw new Error(`${name} did not come up; the end of its log:\n${tail}`);
  }
  return { stop };
}

async function isHealthy(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
  return answer?.ok === true;
}
