import { get as getPlain } from 'node:http';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHttpAgents } from '../../src/pam/http-agents.ts';
import { type Certificate, selfSignedCertificate } from '../support/pam-core/self-signed-certificate.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { clientFor, context, startLoopbackPam, stopAll, stopLater } from './loopback-pam.ts';

let certificate: Certificate;
beforeAll(() => {
  certificate = selfSignedCertificate();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await stopAll();
});

describe('trust', () => {
  it('the given CA is enough', async () => {
    const pam = await startLoopbackPam(certificate);
    await clientFor(pam.url, { ca: certificate.cert }).enable('key', '1', context());
    expect(pam.calls).toHaveLength(1);
  });

  it('without it the certificate is refused', async () => {
    const pam = await startLoopbackPam(certificate);
    await expect(clientFor(pam.url).enable('key', '1', context())).rejects.toMatchObject({
      fault: { signal: 'tls' },
    });
  });

  it('another CA does not help', async () => {
    const pam = await startLoopbackPam(certificate);
    const ca = selfSignedCertificate().cert;
    await expect(clientFor(pam.url, { ca }).enable('key', '1', context())).rejects.toMatchObject({
      fault: { signal: 'tls' },
    });
  });

  it('NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const pam = await startLoopbackPam(certificate);
    const agents = createHttpAgents({ limits: { maxInFlight: 8 } });
    stopLater(() => agents.close());
    // Asked of the agent alone, since got has a word in this too.
    const code = await new Promise<string | undefined>((resolve, reject) => {
      get(pam.url, { agent: agents.https }, () => reject(new Error('the certificate was accepted'))).on(
        'error',
        (error: NodeJS.ErrnoException) => resolve(error.code),
      );
    });
    expect(code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    await expect(clientFor(pam.url).enable('key', '1', context())).rejects.toMatchObject({
      fault: { signal: 'tls' },
    });
  });

  it('a certificate for another name is refused, whatever leads there', async () => {
    const pam = await startLoopbackPam(certificate);
    const proxy = await startConnectProxy({ leadTo: Number(new URL(pam.url).port) });
    const client = clientFor('https://pam.example', { ca: certificate.cert, proxyUrl: proxy.url });
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({ fault: { signal: 'tls' } });
    expect(proxy.tunnels.map(({ target }) => target)).toEqual(['pam.example:443']);
    expect(pam.tokenCalls).toHaveLength(0);
  });

  it('TLS 1.1 is refused', async () => {
    const server = createServer({
      ...certificate,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stopLater(() => void server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = clientFor(url, { ca: certificate.cert });
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({ fault: { signal: 'tls' } });
  });

  it('plain HTTP on the port of https is a failed handshake', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url.replace('http:', 'https:'));
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({ fault: { signal: 'tls' } });
  });
});

describe('proxy', () => {
  it('is asked for a tunnel to PAM, once for many calls', async () => {
    const pam = await startLoopbackPam(certificate);
    const proxy = await startConnectProxy();
    const client = clientFor(pam.url, { ca: certificate.cert, proxyUrl: proxy.url });
    await client.enable('key', '1', context());
    await client.enable('key', '2', context());
    expect(pam.calls).toHaveLength(2);
    expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(
      new Set([pam.url.replace('https://', '')]),
    );
    expect(proxy.tunnels).toHaveLength(1);
  });

  it('gets its own user name and password, PAM does not', async () => {
    const pam = await startLoopbackPam(certificate);
    const proxy = await startConnectProxy();
    const proxyUrl = proxy.url.replace('http://', 'http://user:pass@');
    await clientFor(pam.url, { ca: certificate.cert, proxyUrl }).enable('key', '1', context());
    expect(proxy.tunnels[0]?.authorization).toBe(`Basic ${Buffer.from('user:pass').toString('base64')}`);
    expect(pam.calls[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  it('does not replace the check of the certificate', async () => {
    const pam = await startLoopbackPam(certificate);
    const proxy = await startConnectProxy();
    const client = clientFor(pam.url, { proxyUrl: proxy.url });
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({ fault: { signal: 'tls' } });
  });

  it('that refuses is an unreachable PAM', async () => {
    const pam = await startLoopbackPam(certificate);
    const proxy = await startConnectProxy({ refuseWith: 407 });
    const client = clientFor(pam.url, { ca: certificate.cert, proxyUrl: proxy.url });
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({
      fault: { signal: 'unreachable' },
    });
    expect(pam.tokenCalls).toHaveLength(0);
  });

  it('of the environment is not used', async () => {
    const pam = await startLoopbackPam(certificate);
    const proxy = await startConnectProxy();
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])
      vi.stubEnv(name, proxy.url);
    vi.stubEnv('NODE_USE_ENV_PROXY', '1');
    await clientFor(pam.url, { ca: certificate.cert }).enable('key', '1', context());
    expect(proxy.tunnels).toHaveLength(0);
  });
});

describe('sockets', () => {
  it('one per call in flight, and two to spare', () => {
    const agents = createHttpAgents({ limits: { maxInFlight: 8 } });
    stopLater(() => agents.close());
    expect(agents.https.maxSockets).toBe(10);
    expect(agents.http.maxSockets).toBe(10);
  });

  it('are kept between calls, and closed when idle', async () => {
    const agents = createHttpAgents({ limits: { maxInFlight: 8 } }, 100);
    stopLater(() => agents.close());
    const pam = await startLoopbackPam();
    await new Promise<void>((resolve, reject) => {
      getPlain(pam.url, { agent: agents.http }, (response) => response.resume().on('end', resolve)).on(
        'error',
        reject,
      );
    });
    await vi.waitFor(() => expect(Object.values(agents.http.freeSockets).flat()).toHaveLength(1));
    await vi.waitFor(() => expect(Object.values(agents.http.freeSockets).flat()).toHaveLength(0), 5_000);
  });

  it('idle time does not end a slow answer', async () => {
    const agents = createHttpAgents({ limits: { maxInFlight: 8 } }, 50);
    stopLater(() => agents.close());
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) => void setTimeout(() => response.end('late'), 300);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      getPlain(pam.url, { agent: agents.http }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      }).on('error', reject);
    });
    expect(status).toBe(200);
  });
});
