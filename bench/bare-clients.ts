import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BareMessage, BarePlan } from './bare-client/plan.ts';
import { type ProcessUsage, processUsage } from './process-usage.ts';

const MAIN = fileURLToPath(new URL('./bare-client/main.ts', import.meta.url));

/** The bare clients in their own process. */
export interface BareClients {
  /** The resource is there: its calls may be made. */
  tell(name: string): void;
  /** Resolves with the time (Unix milliseconds) at which the calls of so many resources were done. */
  done(count: number, onProgress: (count: number) => void): Promise<number>;
  usage(): ProcessUsage;
  stop(): Promise<void>;
}

export async function startBareClients(plan: BarePlan): Promise<BareClients> {
  const child = fork(MAIN, [JSON.stringify(plan)], { execArgv: [] });
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const exited = once(child, 'exit').then(() => process.off('exit', endWithParent));
  const failed = exited.then(() => {
    throw new Error('the bare clients ended by themselves');
  });
  failed.catch(() => undefined);
  await Promise.race([once(child, 'message'), failed]);
  let count = 0;
  let onDone: () => void = () => undefined;
  child.on('message', () => {
    count += 1;
    onDone();
  });
  return {
    tell: (name) => {
      child.send({ name } satisfies BareMessage);
    },
    done: (wanted, onProgress) => {
      const all = new Promise<number>((resolve) => {
        onDone = () => {
          onProgress(count);
          if (count >= wanted) resolve(Date.now());
        };
        onDone();
      });
      return Promise.race([all, failed]);
    },
    usage: () => processUsage(child.pid ?? 0),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
