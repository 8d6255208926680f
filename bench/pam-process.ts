import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { JournalEntry } from '../test/support/pam-core/journal.ts';
import type { Template } from '../test/support/pam-core/router.ts';
import { BareHttp } from './bare-http.ts';
import { DEVICE } from './objects.ts';

const MAIN = fileURLToPath(new URL('../test/support/pam-core/main.ts', import.meta.url));

/** The PAM Core simulator as a process of its own, and what the bench asks it from outside. */
export interface PamProcess {
  readonly url: string;
  readonly oauth2: { readonly clientId: string; readonly clientSecret: string };
  /** From now on every call takes so long. */
  setDelay(ms: number): Promise<void>;
  /** Calls by endpoint since the journal was cleared. */
  counts(): Promise<Partial<Record<Template, number>>>;
  calls(): Promise<readonly JournalEntry[]>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPamProcess(): Promise<PamProcess> {
  const device = `${DEVICE.hostname}=${DEVICE.ip}`;
  const child = spawn(process.execPath, [MAIN, '--control', '--device', device], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const exited = once(child, 'exit').then(() => process.off('exit', endWithParent));
  const said = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') break;
    const at = line.indexOf(': ');
    said.set(line.slice(0, at), line.slice(at + 2));
  }
  const told = (what: string): string => {
    const value = said.get(what);
    if (value === undefined) throw new Error(`the simulator of PAM Core did not tell its ${what}`);
    return value;
  };
  const control = new BareHttp(new URL(told('control')).origin, 1);
  const ask = async (method: 'GET' | 'POST' | 'DELETE', what: string, body?: object) => {
    const { text } = await control.call(method, `/__sim/${what}`, body);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    url: told('url'),
    oauth2: { clientId: told('client id'), clientSecret: told('client secret') },
    setDelay: async (ms) => {
      await ask('DELETE', 'faults');
      await ask('POST', 'faults', { kind: 'delay', ms });
    },
    counts: () => ask('GET', 'counts'),
    calls: async () => (await ask('GET', 'journal')).calls,
    clear: () => ask('DELETE', 'journal'),
    stop: async () => {
      await control.close();
      child.kill('SIGTERM');
      await exited;
    },
  };
}
