import { afterEach, describe, expect, it } from 'vitest';
import {
  type Checks,
  type HealthChecks,
  healthStatus,
  startHealthServer,
} from '../../src/observability/health-server.ts';
import type { Listener } from '../../src/observability/http-listener.ts';

const loopback = { host: '127.0.0.1', port: 0 };
const good = { ok: true, detail: '' };
const listeners: Listener[] = [];

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
});

async function start(checks: Partial<HealthChecks>): Promise<string> {
  const listener = await startHealthServer(loopback, { live: {}, ready: {}, ...checks });
  listeners.push(listener);
  return `http://127.0.0.1:${listener.port}`;
}

const ready: Checks = { caches: () => good };
const notReady: Checks = { caches: () => ({ ok: false, detail: '2 of 4 first lists are done' }) };
const live: Checks = { watch: () => good, queue: () => ({ ok: true, detail: '3 keys in work' }) };
const throwing: Checks = {
  watch: () => {
    throw new Error('canary-9');
  },
};

describe('an answer of the health server', () => {
  const rows: {
    because: string;
    checks: Partial<HealthChecks>;
    path: string;
    status: number;
    body: string;
  }[] = [
    { because: 'live without checks', checks: {}, path: '/livez', status: 200, body: 'ok' },
    { because: 'live with good checks', checks: { live }, path: '/livez', status: 200, body: 'ok' },
    {
      because: '/healthz asks what /livez asks',
      checks: { live: notReady },
      path: '/healthz',
      status: 500,
      body: '[+]ping ok\n[-]caches failed: 2 of 4 first lists are done\nhealthz check failed\n',
    },
    {
      because: 'not ready is not dead',
      checks: { ready: notReady },
      path: '/livez',
      status: 200,
      body: 'ok',
    },
    {
      because: 'dead is not unready',
      checks: { live: notReady, ready },
      path: '/readyz',
      status: 200,
      body: 'ok',
    },
    {
      because: 'a failure says why unasked',
      checks: { ready: notReady },
      path: '/readyz',
      status: 500,
      body: '[+]ping ok\n[-]caches failed: 2 of 4 first lists are done\nreadyz check failed\n',
    },
    {
      because: '?verbose tells each check',
      checks: { live },
      path: '/livez?verbose',
      status: 200,
      body: '[+]ping ok\n[+]watch ok\n[+]queue ok: 3 keys in work\nlivez check passed\n',
    },
    {
      because: '?verbose=true is verbose too',
      checks: {},
      path: '/readyz?a=b&verbose=true',
      status: 200,
      body: '[+]ping ok\nreadyz check passed\n',
    },
    {
      because: 'a check that throws has failed, and says nothing',
      checks: { live: throwing },
      path: '/livez',
      status: 500,
      body: '[+]ping ok\n[-]watch failed: the check itself failed\nlivez check failed\n',
    },
    {
      because: 'another path',
      checks: {},
      path: '/',
      status: 404,
      body: 'not found; there are /healthz, /livez, /readyz\n',
    },
    {
      because: 'a path below',
      checks: {},
      path: '/livez/watch',
      status: 404,
      body: 'not found; there are /healthz, /livez, /readyz\n',
    },
    {
      because: 'a path with two slashes',
      checks: {},
      path: '//livez',
      status: 404,
      body: 'not found; there are /healthz, /livez, /readyz\n',
    },
  ];
  it.each(rows)('$because', async ({ checks, path, status, body }) => {
    const response = await fetch((await start(checks)) + path);
    expect({ status: response.status, body: await response.text() }).toEqual({ status, body });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('changes with the checks', async () => {
    let ok = false;
    const url = await start({ ready: { caches: () => ({ ok, detail: '' }) } });
    expect((await fetch(`${url}/readyz`)).status).toBe(500);
    ok = true;
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('is given to GET and HEAD only', async () => {
    const url = `${await start({})}/livez`;
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
  });
});

describe('the health as one number', () => {
  const rows = [
    { because: 'all good', checks: { live, ready }, want: 0 },
    { because: 'not ready', checks: { live, ready: notReady }, want: 1 },
    { because: 'not live', checks: { live: notReady, ready }, want: 2 },
    { because: 'neither', checks: { live: throwing, ready: notReady }, want: 2 },
  ];
  it.each(rows)('$because', ({ checks, want }) => {
    expect(healthStatus(checks)).toBe(want);
  });
});

describe('listening', () => {
  it('is left out when it is off', async () => {
    const listener = await startHealthServer('off', { live: {}, ready: {} });
    expect(listener.port).toBeUndefined();
    await listener.stop();
  });

  it('ends with stop, also for connections that are kept alive', async () => {
    const url = await start({});
    await (await fetch(`${url}/livez`)).text();
    await listeners.pop()?.stop();
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });

  it('on a port in use is refused with one sentence', async () => {
    const { port } = new URL(await start({}));
    await expect(
      startHealthServer({ ...loopback, port: Number(port) }, { live: {}, ready: {} }),
    ).rejects.toThrow(
      `--health-probe-bind-address is 127.0.0.1:${port}, which another process listens on; choose another port.`,
    );
  });

  it('on an address of another machine is refused with one sentence', async () => {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737).
    await expect(startHealthServer({ host: '192.0.2.1', port: 0 }, { live: {}, ready: {} })).rejects.toThrow(
      '--health-probe-bind-address is 192.0.2.1:0, which is no address of this machine; choose one that is, or leave the host out.',
    );
  });
});
