import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../control-plane/free-port.ts';

/** An OCI registry on loopback, which forgets everything when it stops. */
export interface Registry {
  /** Host and port. */
  readonly address: string;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

export async function startRegistry(crane: string): Promise<Registry> {
  const address = `127.0.0.1:${await findFreePort()}`;
  const child = spawn(crane, ['registry', 'serve', '--address', address], { stdio: 'ignore' });
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const deadline = Date.now() + PATIENCE_MS;
  const answers = () =>
    fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (Date.now() > deadline) throw new Error('the registry did not answer in time');
    await sleep(50);
  }
  return {
    address,
    stop: async () => {
      process.off('exit', endWithParent);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
