import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ControlPlane } from '../control-plane/control-plane.ts';

/** `kubectl proxy`: the API server over plain HTTP on loopback, as administrator. */
export interface ApiProxy {
  get(path: string): Promise<unknown>;
  /** JSON merge patch. */
  patch(path: string, body: object): Promise<void>;
  delete(path: string, body: object): Promise<void>;
  stop(): Promise<void>;
}

export async function startApiProxy({ kubectl, kubeconfigPath }: ControlPlane): Promise<ApiProxy> {
  const child = spawn(kubectl, ['--kubeconfig', kubeconfigPath, 'proxy', '--port=0', '--address=127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const base = await addressOf(child);
  const request = async (method: string, path: string, body?: object) => {
    const headers = {
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    };
    const answer = await fetch(`${base}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const found: unknown = await answer.json();
    // What is gone meanwhile needs no answer.
    if (!answer.ok && answer.status !== 404 && answer.status !== 409)
      throw new Error(`${method} ${path}: HTTP ${answer.status} ${JSON.stringify(found)}`);
    return found;
  };
  return {
    get: (path) => request('GET', path),
    patch: async (path, body) => {
      await request('PATCH', path, body);
    },
    delete: async (path, body) => {
      await request('DELETE', path, body);
    },
    stop: async () => {
      process.off('exit', endWithParent);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('kubectl proxy has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address !== undefined) return `http://${address}`;
  }
  throw new Error('kubectl proxy ended before it served');
}
