import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { rawCall } from './raw-client.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

interface Run {
  readonly child: ChildProcess;
  output(): string;
  value(name: string): string;
}

function run(...options: string[]): Run {
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  }
  const value = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  return { child, output: () => text, value };
}

async function ready(...options: string[]): Promise<Run> {
  const started = run(...options);
  await expect.poll(() => started.output(), { timeout: 15_000 }).toMatch(/^ready$/m);
  return started;
}

describe('the simulator as a process', () => {
  it('prints what a client needs, answers, and is controlled from outside', async () => {
    const pam = await ready(
      '--device',
      'w2016=10.66.33.15',
      '--control',
      '--client-id',
      'me',
      '--client-secret',
      'hush',
    );
    const [url, control] = [pam.value('url'), new URL(pam.value('control'))];
    const ask = (method: string, what: string, body?: JsonObject) =>
      rawCall(control.origin, method, `/__sim/${what}`, body === undefined ? {} : { body });
    const credentials = { grant_type: 'client_credentials', client_id: 'me', client_secret: 'hush' };
    const token = await rawCall(url, 'POST', '/api/oauth2/token', { body: credentials });
    const headers = { authorization: `Bearer ${token.json.access_token}` };
    const call = (method: string, path: string, body?: JsonObject) =>
      rawCall(url, method, path, body === undefined ? { headers } : { headers, body });

    const sent = {
      identifier: 'mine',
      username: 'u',
      hostname: 'w2016',
      ip: '10.66.33.15',
      content: 'hidden',
    };
    expect((await call('POST', '/api/pam/credential', sent)).status).toBe(201);
    expect((await ask('POST', 'rotate/1')).status).toBe(204);
    const records = await ask('GET', 'records');
    expect(records.json).toMatchObject({
      records: [{ id: '1', content: '***', contentVersion: 2 }],
      custody: [],
    });
    const journal = await ask('GET', 'journal');
    expect(journal.json).toMatchObject({
      calls: [{ template: 'TOKEN' }, { template: 'C4', body: { content: '***' } }],
    });
    expect(records.text + journal.text).not.toMatch(/hidden|hush|rotated-/);

    const fault = await ask('POST', 'faults', {
      kind: 'rate-limited',
      retryAfter: '9',
      match: { path: 'C1', times: 1 },
    });
    expect(fault.json).toMatchObject({ id: 1, fired: 0 });
    expect((await call('GET', '/api/pam/credential')).status).toBe(429);
    expect((await call('GET', '/api/pam/credential')).status).toBe(200);
    expect((await ask('GET', 'faults')).json).toMatchObject({ faults: [{ kind: 'rate-limited', fired: 1 }] });
    await ask('POST', 'faults', { kind: 'gateway-timeout', match: { path: '^/iso/' } });
    expect((await call('GET', '/iso/pam/credential')).status).toBe(504);
    expect((await call('GET', '/api/pam/credential')).status).toBe(200);
    expect((await ask('DELETE', 'faults')).status).toBe(204);
    expect((await call('GET', '/iso/pam/credential')).status).toBe(200);

    await ask('POST', 'devices', { hostname: 'new', ip: '10.0.0.1' });
    expect((await ask('GET', 'devices')).json).toMatchObject({
      devices: [{ id: '1' }, { id: '2', hostname: 'new' }],
    });
    await ask('POST', 'disable/1');
    await ask('PATCH', 'switches', { disabledListed: false });
    expect((await call('GET', '/api/pam/credential')).json).toMatchObject({ credentials: [] });
    await ask('DELETE', 'journal');
    expect((await ask('GET', 'journal')).json).toEqual({ calls: [] });
    const bad = [
      await ask('POST', 'faults', { kind: 'nothing' }),
      await ask('POST', 'devices', { hostname: 'new' }),
      await ask('POST', 'rotate/99'),
      await ask('PATCH', 'switches', { colour: 'red' }),
      await ask('GET', 'constructor'),
      await ask('GET', 'rotate/1'),
    ];
    expect(bad.map(({ status }) => status)).toEqual([400, 400, 400, 400, 404, 404]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('stops on %s, with calls hanging', async (signal) => {
    const pam = await ready('--control');
    const { origin } = new URL(pam.value('control'));
    await rawCall(origin, 'POST', '/__sim/faults', { body: { kind: 'hang-before-commit' } });
    const hanging = expect(rawCall(pam.value('url'), 'GET', '/api/')).rejects.toThrow();
    await expect
      .poll(async () => (await rawCall(origin, 'GET', '/__sim/journal')).text)
      .toContain('hang-before-commit');
    pam.child.kill(signal);
    expect(await once(pam.child, 'exit')).toEqual([0, null]);
    await hanging;
  });

  it('serves https, a dialect, a read-only authorization, and switches', async () => {
    const pam = await ready(
      '--tls',
      '--dialect',
      '3.32',
      '--read-only',
      '--switch',
      'listMessageOffset=2',
      '--client-id',
      'me',
      '--client-secret',
      'hush',
    );
    const ca = /-----BEGIN[\s\S]*END CERTIFICATE-----/.exec(pam.output())?.[0] ?? '';
    expect(pam.value('url')).toMatch(/^https:/);
    expect(pam.value('prefixes')).toBe('/iso');
    expect(pam.value('control')).toBe('');
    const body = { grant_type: 'client_credentials', client_id: 'me', client_secret: 'hush' };
    const token = await rawCall(pam.value('url'), 'POST', '/iso/oauth2/token', { body, ca });
    const headers = { authorization: `Bearer ${token.json.access_token}` };
    const list = await rawCall(pam.value('url'), 'GET', '/iso/pam/credential', { headers, ca });
    expect(list.json).toMatchObject({ response: { mensagem: '2 credentials found' } });
    const write = await rawCall(pam.value('url'), 'POST', '/iso/pam/credential', { headers, ca, body: {} });
    expect(write.json).toMatchObject({ exception: { code: 1039 } });
  });

  it('explains itself', async () => {
    const help = run('--help');
    expect(await once(help.child, 'close')).toEqual([0, null]);
    expect(help.output()).toContain('--device <host>=<ip>');
  });

  it.each([
    { because: 'an unknown option', options: ['--nothing'], says: /--nothing/ },
    { because: 'a bad port', options: ['--port', 'x'], says: /--port must be a number/ },
    { because: 'a bad dialect', options: ['--dialect', '5'], says: /--dialect must be/ },
    { because: 'a bad device', options: ['--device', 'x'], says: /--device must be <host>=<ip>/ },
    { because: 'half of a client', options: ['--client-id', 'x'], says: /belong together/ },
    { because: 'half of a certificate', options: ['--tls-cert', 'x'], says: /belong together/ },
    { because: 'an unknown switch', options: ['--switch', 'x=1'], says: /must name one of: prefixes/ },
    { because: 'a switch without JSON', options: ['--switch', 'envelope=short'], says: /<name>=<json>/ },
  ])('refuses $because in one line', async ({ options, says }) => {
    const refused = run(...options);
    expect(await once(refused.child, 'close')).toEqual([1, null]);
    expect(refused.output()).toMatch(says);
    expect(refused.output().trim().split('\n')).toHaveLength(1);
  });
});
