import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { PamCallContext, PamClient } from '../../src/core/pam-call.ts';
import { PamError } from '../../src/core/pam-fault.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import type { PamConnectionSettings } from '../../src/pam/pam-connection-settings.ts';
import { type Certificate, selfSignedCertificate } from '../support/pam-core/self-signed-certificate.ts';
import { startConnectProxy } from './connect-proxy.ts';
import {
  clientFor,
  context,
  envelope,
  type Reply,
  sendJson,
  startLoopbackPam,
  stopAll,
} from './loopback-pam.ts';
import { startSilentServer } from './silent-server.ts';

afterEach(stopAll);

const short: Partial<PamConnectionSettings> = {
  timeouts: { connectMs: 400, requestMs: 400, inventoryMs: 400 },
};
/** Longer than a test may take: whatever ends a call here is not its timeout. */
const unhurried: Partial<PamConnectionSettings> = {
  timeouts: { connectMs: 60_000, requestMs: 60_000, inventoryMs: 60_000 },
};

describe('a call that may not start any more, asked at the last moment', () => {
  const https = selfSignedCertificate();
  const rows: { because: string; tls?: Certificate; socket: 'new' | 'kept'; refusedAsk: number }[] = [
    { because: 'it has got a socket that is open', socket: 'kept', refusedAsk: 1 },
    { because: 'it has got a new socket', socket: 'new', refusedAsk: 1 },
    { because: 'its new socket is connected', socket: 'new', refusedAsk: 2 },
    { because: 'its socket of TLS is open', tls: https, socket: 'kept', refusedAsk: 1 },
    { because: 'its new socket of TLS is secure', tls: https, socket: 'new', refusedAsk: 2 },
  ];
  it.each(rows)('is not sent: $because', async ({ tls, socket, refusedAsk }) => {
    const pam = await startLoopbackPam(tls);
    // The token call opens the first socket; the server keeps it or does not.
    const token = { token_type: 'Bearer', expires_in: 3600, access_token: 'token' };
    pam.tokenReply = (_seen, response) =>
      sendJson(response, 200, token, { connection: socket === 'new' ? 'close' : 'keep-alive' });
    const client = clientFor(pam.url, tls === undefined ? {} : { ca: tls.cert });
    let asked = 0;
    const mayStart = () => ++asked !== refusedAsk;
    await expect(client.disable('credential', '5', context({ mayStart }))).rejects.toMatchObject({
      name: 'PamError',
      fault: { operation: 'Disable', signal: 'aborted', unsent: true },
    });
    expect({ asked, calls: pam.calls }).toEqual({ asked: refusedAsk, calls: [] });
    await client.disable('credential', '6', context({ mayStart: () => true }));
    expect(pam.calls.map(({ path }) => path.split('/').at(-1))).toEqual(['6']);
  });
});

describe('whether anything was sent', () => {
  const https = selfSignedCertificate();
  const signed: Partial<PamConnectionSettings> = {
    auth: {
      type: 'oauth1',
      consumerKey: 'consumer',
      consumerSecret: new SecretText('consumer-secret'),
      tokenKey: 'token',
      tokenSecret: new SecretText('token-secret'),
      signatureMethod: 'HMAC-SHA1',
    },
  };
  const faultOf = (client: PamClient, more: Partial<PamCallContext> = {}) =>
    client.disable('credential', '5', context(more)).then(
      () => undefined,
      (error: unknown) => (error instanceof PamError ? error.fault : error),
    );

  it('not where nobody listens', async () => {
    const pam = await startLoopbackPam();
    await pam.stop();
    expect(await faultOf(clientFor(pam.url, signed))).toMatchObject({ signal: 'unreachable', unsent: true });
  });

  it('not where the certificate is not trusted', async () => {
    const pam = await startLoopbackPam(https);
    expect(await faultOf(clientFor(pam.url, signed))).toMatchObject({ signal: 'tls', unsent: true });
    expect(pam.calls).toEqual([]);
  });

  it('not where the handshake does not end', async () => {
    const silent = await startSilentServer();
    const client = clientFor(`https://127.0.0.1:${silent.port}`, { ...signed, ...short });
    expect(await faultOf(client)).toMatchObject({ unsent: true });
    expect(silent.connections()).toBe(1);
  });

  it('not where the caller ends the call during the handshake', async () => {
    const silent = await startSilentServer();
    const client = clientFor(`https://127.0.0.1:${silent.port}`, { ...signed, ...unhurried });
    const caller = new AbortController();
    const fault = faultOf(client, { signal: caller.signal });
    await expect.poll(silent.connections).toBe(1);
    caller.abort();
    expect(await fault).toMatchObject({ signal: 'aborted', unsent: true });
  });

  it.each([
    { because: 'over a new socket', tls: undefined, calls: 0 },
    { because: 'over a kept socket', tls: undefined, calls: 1 },
    { because: 'over a new socket of TLS', tls: https, calls: 0 },
    { because: 'over a kept socket of TLS', tls: https, calls: 1 },
  ])('it may have been $because, where the connection ends without an answer', async ({ tls, calls }) => {
    const pam = await startLoopbackPam(tls);
    const client = clientFor(pam.url, { ...signed, ...(tls !== undefined && { ca: tls.cert }) });
    for (let call = 0; call < calls; call += 1) await client.disable('credential', '4', context());
    pam.reply = (_seen, response) => response.destroy();
    const fault = await faultOf(client);
    expect(fault).toMatchObject({ signal: 'unreachable' });
    expect(fault).not.toHaveProperty('unsent');
    expect(pam.calls).toHaveLength(calls + 1);
  });

  it('it may have been through a proxy, where the connection ends without an answer', async () => {
    const pam = await startLoopbackPam(https);
    const proxy = await startConnectProxy();
    pam.reply = (_seen, response) => response.destroy();
    const fault = await faultOf(clientFor(pam.url, { ...signed, ca: https.cert, proxyUrl: proxy.url }));
    expect(fault).toMatchObject({ signal: 'unreachable' });
    expect(fault).not.toHaveProperty('unsent');
    expect(pam.calls).toHaveLength(1);
  });

  it('it was where the caller ends a call that waits for its answer', async () => {
    const pam = await startLoopbackPam();
    const caller = new AbortController();
    pam.reply = () => caller.abort();
    const fault = await faultOf(clientFor(pam.url, { ...signed, ...unhurried }), { signal: caller.signal });
    expect(fault).toMatchObject({ signal: 'aborted' });
    expect(fault).not.toHaveProperty('unsent');
  });
});

describe('an answer that is none, or not a plain one', () => {
  const mebibyte = 1024 * 1024;
  const rows: { because: string; reply: Reply; fault: object; more?: Partial<PamConnectionSettings> }[] = [
    {
      because: 'the connection is reset',
      reply: (_seen, response) => response.destroy(),
      fault: { signal: 'unreachable' },
    },
    {
      because: 'the connection ends in the middle of the body',
      reply: (_seen, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"response":');
        setTimeout(() => response.destroy(), 20);
      },
      fault: { signal: 'unreachable' },
    },
    {
      because: 'no answer within the total timeout',
      reply: () => {},
      fault: { signal: 'timeout' },
      more: short,
    },
    {
      because: 'a byte every 50 ms outlives every timeout but the total one',
      reply: (_seen, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
      fault: { signal: 'timeout' },
      more: short,
    },
    {
      because: 'a body above the limit',
      reply: (_seen, response) => response.end('x'.repeat(mebibyte + 1)),
      fault: { signal: 'unreadable', httpStatus: 200 },
    },
    {
      because: 'a body that is above the limit only when it is unpacked',
      reply: (_seen, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(Buffer.alloc(100 * mebibyte, ' ')));
      },
      fault: { signal: 'unreadable', httpStatus: 200 },
    },
    {
      because: 'a body that is not what its encoding says',
      reply: (_seen, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end('{"response":{}}');
      },
      fault: { signal: 'unreadable', httpStatus: 200 },
    },
    {
      because: 'a redirect is not followed',
      reply: (seen, response) => {
        if (seen.path === '/elsewhere') return sendJson(response, 200, envelope(200, 'activated'));
        response.writeHead(307, { location: '/elsewhere' });
        response.end();
      },
      fault: { signal: 'httpStatus', httpStatus: 307 },
    },
    ...[408, 413, 429, 500, 502, 503, 504].map((status) => ({
      because: `HTTP ${status} with Retry-After is not repeated by the client`,
      reply: ((_seen, response) => sendJson(response, status, {}, { 'retry-after': '0' })) satisfies Reply,
      fault: { signal: status === 413 ? 'unknownText' : 'httpStatus', httpStatus: status, retryAfterMs: 0 },
    })),
  ];

  it.each(rows)('$because', async ({ reply, fault, more }) => {
    const pam = await startLoopbackPam();
    pam.reply = reply;
    const client = clientFor(pam.url, more);
    await expect(client.disable('credential', '5', context())).rejects.toMatchObject({
      name: 'PamError',
      fault: { operation: 'Disable', kind: 'credential', ...fault },
    });
    expect(pam.calls).toHaveLength(1);
  });

  it('nobody listens', async () => {
    const pam = await startLoopbackPam();
    await pam.stop();
    const client = clientFor(pam.url);
    await expect(client.disable('credential', '5', context())).rejects.toMatchObject({
      fault: { operation: 'Token', signal: 'unreachable' },
    });
  });

  it('a list may be larger than other answers', async () => {
    const pam = await startLoopbackPam();
    const credentials = [{ id: '1', username: 'a'.repeat(mebibyte), hostname: 'h', management_ip: 'i' }];
    pam.reply = (_seen, response) =>
      sendJson(response, 200, envelope(200, '1 credentials found', { credentials }));
    const client = clientFor(pam.url);
    expect((await client.list(context())).entries).toHaveLength(1);
    const narrow = clientFor(pam.url, { maxInventoryBytes: mebibyte });
    await expect(narrow.list(context())).rejects.toMatchObject({
      fault: { operation: 'List', signal: 'unreadable' },
    });
  });
});

describe('what ends a call', () => {
  it('the caller, at once', async () => {
    const pam = await startLoopbackPam();
    const caller = new AbortController();
    pam.reply = () => caller.abort();
    const client = clientFor(pam.url, unhurried);
    await expect(client.enable('key', '5', context({ signal: caller.signal }))).rejects.toMatchObject({
      fault: { operation: 'Enable', kind: 'key', signal: 'aborted' },
    });
  });

  it('the caller, before it began: nothing is sent', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url, unhurried);
    await client.enable('key', '5', context());
    const signal = AbortSignal.abort();
    await expect(client.enable('key', '5', context({ signal }))).rejects.toMatchObject({
      fault: { signal: 'aborted' },
    });
    expect(pam.calls).toHaveLength(1);
  });

  it('close(), and afterwards nothing is sent', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url, unhurried);
    pam.reply = () => client.close();
    await expect(client.enable('key', '5', context())).rejects.toMatchObject({
      fault: { signal: 'aborted' },
    });
    await expect(client.enable('key', '5', context())).rejects.toMatchObject({
      fault: { signal: 'aborted' },
    });
    expect(pam.calls).toHaveLength(1);
  });

  it("the time that the token took is the call's too", async () => {
    const pam = await startLoopbackPam();
    const plain = pam.tokenReply;
    pam.tokenReply = (seen, response) => setTimeout(() => plain(seen, response), 300);
    pam.reply = (_seen, response) =>
      setTimeout(() => sendJson(response, 200, envelope(200, 'activated')), 300);
    const client = clientFor(pam.url, { timeouts: { connectMs: 500, requestMs: 500, inventoryMs: 500 } });
    await expect(client.enable('key', '5', context())).rejects.toMatchObject({
      fault: { operation: 'Enable', signal: 'timeout' },
    });
  });
});

describe('what is sent', () => {
  it('carries User-Agent, request id and Referer, on one socket', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url, { referer: 'https://k8s.example/' });
    await client.enable('credential', '000123', context({ requestId: 'r-9' }));
    await client.disable('key', '999999999999999999', context());
    expect(pam.calls.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PUT', '/api/pam/credential/000123', ''],
      ['DELETE', '/api/pam/key/999999999999999999', ''],
    ]);
    expect(pam.calls[0]?.headers).toMatchObject({
      'user-agent': 'pam-operator/0.0.0-test',
      'x-request-id': 'r-9',
      referer: 'https://k8s.example/',
      authorization: 'Bearer token-1',
    });
  });

  it.each(['', '12a', '-1', '..', '%2e%2e', '1/../2', '1?x', '1234567890123456789', ' 1', '１'])(
    'nothing for the id "%s"',
    async (id) => {
      const pam = await startLoopbackPam();
      const client = clientFor(pam.url);
      await expect(client.disable('credential', id, context())).rejects.toMatchObject({
        fault: { operation: 'Disable', kind: 'credential', signal: 'unreadable' },
      });
      expect(pam.calls).toHaveLength(0);
    },
  );
});
