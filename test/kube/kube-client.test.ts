import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { parse } from 'yaml';
import { KubeError, type KubeFault } from '../../src/core/kube-error.ts';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient, KubeExchange, KubeRequest } from '../../src/kube/kube-client.ts';
import { adminClient, connectionAt, connectionFor } from './cluster-fixture.ts';
import { type LoopbackApi, startLoopbackApi } from './loopback-api.ts';

const GET: KubeRequest = { method: 'GET', path: '/api/v1/namespaces/ns/secrets/a', resource: 'secrets' };
const PATCH: KubeRequest = { method: 'PATCH', path: '/api/v1/x', body: {}, resource: 'x' };
const CANARY = 'canary-9f3b';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface Opened {
  readonly api: LoopbackApi;
  readonly client: KubeClient;
  readonly exchanges: readonly KubeExchange[];
}

async function open(listener: RequestListener, user?: string): Promise<Opened> {
  const api = await startLoopbackApi(listener);
  const exchanges: KubeExchange[] = [];
  const client = createKubeClient({
    connection: connectionFor(api.kubeconfig(user)),
    onRequest: (exchange) => exchanges.push(exchange),
  });
  endings.push(
    () => api.stop(),
    () => client.close(),
  );
  return { api, client, exchanges };
}

function answer(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function faultOf(call: Promise<unknown>): Promise<KubeFault> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof KubeError)) throw new Error('no KubeError');
  expect(inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + error.stack).not.toContain(
    CANARY,
  );
  return error.fault;
}

describe('what a failed call says', () => {
  const rows: { because: string; listener: RequestListener; asked?: KubeRequest; fault: KubeFault }[] = [
    {
      because: 'status and reason, and nothing of the message',
      listener: (_, response) => answer(response, 403, { reason: 'Forbidden', message: CANARY }),
      fault: { verb: 'get', resource: 'secrets', signal: 'http', status: 403, reason: 'Forbidden' },
    },
    {
      because: 'a reason that is no word is dropped',
      listener: (_, response) => answer(response, 422, { reason: `${CANARY} <b>` }),
      fault: { verb: 'get', resource: 'secrets', signal: 'http', status: 422 },
    },
    {
      because: 'an HTML error page has a status only',
      listener: (_, response) => response.writeHead(502).end(`<html>${CANARY}`),
      fault: { verb: 'get', resource: 'secrets', signal: 'http', status: 502 },
    },
    {
      because: 'a redirect is not followed',
      listener: (_, response) => answer(response, 302, {}, { location: `http://127.0.0.1:1/${CANARY}` }),
      fault: { verb: 'get', resource: 'secrets', signal: 'http', status: 302 },
    },
    {
      because: 'a success that is no JSON',
      listener: (_, response) => response.writeHead(200).end(`{"data": "${CANARY}`),
      fault: { verb: 'get', resource: 'secrets', signal: 'unreadable' },
    },
    {
      because: 'no answer within the deadline',
      listener: () => {},
      asked: { ...GET, timeoutMs: 200 },
      fault: { verb: 'get', resource: 'secrets', signal: 'timeout' },
    },
    {
      because: 'an answer that never ends',
      listener: (_, response) => response.writeHead(200).write(`{"a": "${CANARY}`),
      asked: { ...GET, timeoutMs: 200 },
      fault: { verb: 'get', resource: 'secrets', signal: 'timeout' },
    },
    {
      because: 'a reset of a write, which is not repeated',
      listener: (request) => request.socket.resetAndDestroy(),
      asked: PATCH,
      fault: { verb: 'patch', resource: 'x', signal: 'unreachable' },
    },
  ];

  it.each(rows)('$because', async ({ listener, asked = GET, fault }) => {
    const { client } = await open(listener, `{token: ${CANARY}}`);
    expect(await faultOf(client.request(asked))).toEqual(fault);
  });

  it("the caller's signal", async () => {
    const { client } = await open(() => {});
    const fault = await faultOf(client.request({ ...GET, signal: AbortSignal.timeout(50) }));
    expect(fault.signal).toBe('aborted');
  });

  it('the deadline, also while the server takes the connection and says nothing', async () => {
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => sockets.push(socket.on('error', () => {}).resume()));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { api } = await open(() => {});
    const { port } = silent.address() as AddressInfo;
    const kubeconfig = api.kubeconfig().replace(api.url, `https://127.0.0.1:${port}`);
    const connecting = createKubeClient({ connection: connectionFor(kubeconfig) });
    endings.push(
      () => silent.close(),
      () => {
        for (const socket of sockets) socket.destroy();
      },
      () => connecting.close(),
    );
    const startedMs = performance.now();
    expect((await faultOf(connecting.request({ ...GET, timeoutMs: 200 }))).signal).toBe('timeout');
    // A connection has 10 s of its own.
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('a certificate that the CA did not sign', async () => {
    const config = parse(readFileSync(inject('kubeconfigPath'), 'utf8'));
    delete config.clusters[0].cluster['certificate-authority-data'];
    const client = createKubeClient({ connection: connectionFor(JSON.stringify(config)) });
    endings.push(() => client.close());
    expect((await faultOf(client.request({ method: 'GET', path: '/version' }))).signal).toBe('tls');
  });

  it('credentials that cannot be obtained', async () => {
    const { client } = await open(() => {}, `{exec: {command: /nowhere/${CANARY}, args: []}}`);
    expect((await faultOf(client.request(GET))).signal).toBe('credentials');
  });
});

describe('retries', () => {
  const rows = [
    {
      because: '429 with Retry-After, also of a write',
      status: 429,
      headers: { 'retry-after': '0' },
      asked: PATCH,
      calls: 4,
    },
    { because: '503 with Retry-After', status: 503, headers: { 'retry-after': '0' }, asked: GET, calls: 4 },
    {
      because: '429 without Retry-After is left to the queue',
      status: 429,
      headers: {},
      asked: GET,
      calls: 1,
    },
    {
      because: '500 is left to the queue',
      status: 500,
      headers: { 'retry-after': '0' },
      asked: GET,
      calls: 1,
    },
    {
      because: 'a wait beyond the deadline is not begun',
      status: 429,
      headers: { 'retry-after': '60' },
      asked: GET,
      calls: 1,
    },
    { because: '409 is no reason to repeat', status: 409, headers: {}, asked: PATCH, calls: 1 },
  ];

  it.each(rows)('$because', async ({ status, headers, asked, calls }) => {
    const { client, api } = await open((_, response) => answer(response, status, {}, headers));
    expect((await faultOf(client.request(asked))).status).toBe(status);
    expect(api.requests.length).toBe(calls);
  });

  it('a read whose connection is reset goes out again', async () => {
    const { client, api } = await open((request, response) => {
      if (api.requests.length < 3) request.socket.resetAndDestroy();
      else answer(response, 200, { ok: true });
    });
    expect((await client.request(GET)).body).toEqual({ ok: true });
  });

  it('statuses that the caller expects are answers', async () => {
    const { client } = await open((_, response) => answer(response, 404, { reason: 'NotFound' }));
    expect((await client.request({ ...GET, expected: [404] })).status).toBe(404);
  });
});

describe('credentials', () => {
  it('a token that the server refuses is read again and the call goes out once more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pam-operator-token-'));
    endings.push(() => rmSync(folder, { recursive: true }));
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'old');
    const api = await startLoopbackApi((request, response) => {
      if (request.headers.authorization === 'Bearer new') answer(response, 200, {});
      else answer(response, 401, {});
    });
    const path = join(folder, 'kubeconfig');
    writeFileSync(
      path,
      api.kubeconfig(`{auth-provider: {name: tokenFile, config: {tokenFile: ${tokenFile}}}}`),
    );
    const client = createKubeClient({ connection: connectionAt(path) });
    endings.push(
      () => api.stop(),
      () => client.close(),
    );
    expect((await faultOf(client.request(GET))).status).toBe(401);
    expect(api.requests.length).toBe(2);
    writeFileSync(tokenFile, 'new');
    expect((await client.request(GET)).status).toBe(200);
  });

  it('a credential plugin is asked once for a token that does not expire', async () => {
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', status: { token: 'from-plugin' } };
    const script = `console.log(${JSON.stringify(JSON.stringify(credential))})`;
    const exec = { command: process.execPath, args: ['-e', script] };
    const { client, api } = await open((_, response) => answer(response, 200, {}), JSON.stringify({ exec }));
    await client.request(GET);
    await client.request(GET);
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer from-plugin',
      'Bearer from-plugin',
    ]);
  });

  it("the kubeconfig's proxy-url is used", async () => {
    const tunnels: string[] = [];
    const sockets = new Set<Socket>();
    const tunnel = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [upstream, socket as Socket]) {
        sockets.add(end);
        end.on('error', () => end.destroy());
      }
    });
    await new Promise<void>((resolve) => tunnel.listen(0, '127.0.0.1', resolve));
    const config = parse(readFileSync(inject('kubeconfigPath'), 'utf8'));
    const { cluster } = config.clusters[0];
    cluster['proxy-url'] = `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
    const client = createKubeClient({ connection: connectionFor(JSON.stringify(config)) });
    endings.push(
      () => {
        for (const socket of sockets) socket.destroy();
        tunnel.close();
      },
      () => client.close(),
    );
    expect((await client.request({ method: 'GET', path: '/version' })).status).toBe(200);
    expect(tunnels).toEqual([new URL(cluster.server).host]);
  });

  it('a rotated CA file leads to new connections that trust it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pam-operator-ca-'));
    endings.push(() => rmSync(folder, { recursive: true }));
    const config = parse(readFileSync(inject('kubeconfigPath'), 'utf8'));
    const { cluster } = config.clusters[0];
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
    delete cluster['certificate-authority-data'];
    cluster['certificate-authority'] = join(folder, 'ca.crt');
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, JSON.stringify(config));
    writeFileSync(join(folder, 'ca.crt'), rootCertificates[0] ?? '');
    const client = createKubeClient({ connection: connectionAt(path) });
    endings.push(() => client.close());
    expect((await faultOf(client.request({ method: 'GET', path: '/version' }))).signal).toBe('tls');
    writeFileSync(join(folder, 'ca.crt'), ca);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await client.request({ method: 'GET', path: '/version' })).status).toBe(200);
  });
});

describe('connections', () => {
  it('5,000 calls use at most 16 of them', async () => {
    const { client, api, exchanges } = await open((_, response) => answer(response, 200, {}));
    await Promise.all(Array.from({ length: 5000 }, () => client.request(GET)));
    expect(api.peakConnections()).toBeLessThanOrEqual(16);
    expect(exchanges.length).toBe(5000);
    expect(exchanges[0]).toMatchObject({ verb: 'get', method: 'GET', code: '200' });
  });

  it('a full pool does not delay the lease', async () => {
    const { client } = await open((request, response) => {
      if (request.url === '/lease') answer(response, 200, {});
    });
    const stuck = Array.from({ length: 50 }, () =>
      client.request({ ...GET, timeoutMs: 5000 }).catch(() => {}),
    );
    expect(
      (await client.request({ method: 'GET', path: '/lease', lane: 'lease', timeoutMs: 2000 })).status,
    ).toBe(200);
    await client.close();
    await Promise.all(stuck);
  });

  it('a call is asked whether it may start when a connection is free for it, and not before', async () => {
    const held: ServerResponse[] = [];
    const { client, api } = await open((_, response) => {
      held.push(response);
    });
    const call = (mayStart: () => boolean) =>
      client.request({ method: 'PATCH', path: '/apis/x', lane: 'lease', timeoutMs: 5000, mayStart });
    const asked: string[] = [];
    const first = [1, 2].map((at) =>
      call(() => {
        asked.push(`busy ${at}`);
        return true;
      }),
    );
    await vi.waitFor(() => expect(held).toHaveLength(2));
    const refused = faultOf(
      call(() => {
        asked.push('waits');
        return false;
      }),
    );
    expect(asked).toEqual(['busy 1', 'busy 2']);
    for (const response of held) answer(response, 200, {});
    await Promise.all(first);
    expect((await refused).signal).toBe('aborted');
    expect(asked).toEqual(['busy 1', 'busy 2', 'waits']);
    expect(api.requests).toHaveLength(2);
  });

  it('close ends running calls and watches', async () => {
    const { client } = await open((request, response) => {
      if (request.url?.includes('watch=1')) response.writeHead(200).flushHeaders();
    });
    const call = faultOf(client.request(GET));
    const stream = await client.watch({
      path: '/api/v1/x',
      signal: new AbortController().signal,
      idleLimitMs: 60_000,
    });
    const reading = expect(
      (async () => {
        for await (const _ of stream.chunks);
      })(),
    ).rejects.toThrow(KubeError);
    await client.close();
    expect((await call).signal).toBe('aborted');
    await reading;
    expect((await faultOf(client.request(GET))).signal).toBe('aborted');
  });

  it('a real API server answers by client certificate', async () => {
    const client = adminClient();
    endings.push(() => client.close());
    const { body } = await client.request({ method: 'GET', path: '/version' });
    expect((body as { gitVersion: string }).gitVersion).toMatch(/^v1\./);
  });
});
