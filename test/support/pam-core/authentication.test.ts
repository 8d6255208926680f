import { afterEach, describe, expect, it } from 'vitest';
import { oauth1Header } from './oauth1-header.ts';
import { BearerClient, rawCall } from './raw-client.ts';
import { type PamCore, type PamCoreOptions, startPamCore } from './start-pam-core.ts';
import type { Switches } from './switches.ts';

let running: PamCore[] = [];
afterEach(async () => {
  await Promise.all(running.map((pam) => pam.stop()));
  running = [];
});

async function start(options: PamCoreOptions = {}): Promise<PamCore> {
  const pam = await startPamCore(options);
  running.push(pam);
  return pam;
}

function tokenBody(pam: PamCore, more: Record<string, string> = {}): Record<string, string> {
  const { clientId: client_id, clientSecret: client_secret } = pam.oauth2;
  return { grant_type: 'client_credentials', client_id, client_secret, ...more };
}

const noRouteBody = { message: 'no Route matched with those values' };
const clientFailedBody = {
  error: 'invalid_client',
  error_description: 'Client authentication failed',
  message: 'Client authentication failed',
};

describe('token endpoint', () => {
  it.each([
    { because: 'JSON under /api', path: '/api/oauth2/token', form: false },
    { because: 'form under /api', path: '/api/oauth2/token', form: true },
    { because: 'form under /iso', path: '/iso/oauth2/token', form: true },
  ])('issues a token: $because', async ({ path, form }) => {
    const pam = await start();
    const fields = tokenBody(pam);
    const sent = form
      ? {
          body: new URLSearchParams(fields).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }
      : { body: fields };
    const answer = await rawCall(pam.url, 'POST', path, sent);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ token_type: 'Bearer', expires_in: 3600, access_token: expect.any(String) });
    expect(String(answer.json.access_token).split('.')).toHaveLength(3);
    expect(pam.liveTokens()).toBe(1);
    const authorization = `Bearer ${answer.json.access_token}`;
    expect(
      (await rawCall(pam.url, 'GET', '/api/pam/credential', { headers: { authorization } })).status,
    ).toBe(200);
  });

  it.each([
    { because: 'wrong secret', change: { client_secret: 'no' } },
    { because: 'wrong id', change: { client_id: 'no' } },
    { because: 'no secret', change: { client_secret: '' } },
    { because: 'wrong tenant', change: { tenant: 'other' }, switches: { tenantRequired: 'acme' } },
    { because: 'no tenant where one is needed', change: {}, switches: { tenantRequired: 'acme' } },
  ])('refuses: $because', async ({ change, switches = {} }) => {
    const pam = await start({ switches });
    const answer = await rawCall(pam.url, 'POST', '/api/oauth2/token', { body: tokenBody(pam, change) });
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual(clientFailedBody);
    expect(pam.liveTokens()).toBe(0);
  });

  it('accepts the right tenant, and refuses another grant', async () => {
    const pam = await start({ switches: { tenantRequired: 'acme' } });
    const good = await rawCall(pam.url, 'POST', '/api/oauth2/token', {
      body: tokenBody(pam, { tenant: 'acme' }),
    });
    expect(good.status).toBe(200);
    const body = tokenBody(pam, { grant_type: 'password' });
    const bad = await rawCall(pam.url, 'POST', '/api/oauth2/token', { body });
    expect([bad.status, bad.json.error]).toEqual([400, 'unsupported_grant_type']);
  });

  it('promises and grants the lifetime that the switches say', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const pam = await start({ clock: () => now, switches: { expiresInSeconds: 60 } });
    const client = new BearerClient(pam);
    expect((await client.call('GET', '/api/pam/credential')).status).toBe(200);
    now = new Date('2026-01-01T00:00:59Z');
    expect((await client.call('GET', '/api/pam/credential')).status).toBe(200);
    now = new Date('2026-01-01T00:01:00Z');
    expect((await client.call('GET', '/api/pam/credential')).status).toBe(401);
    expect(pam.liveTokens()).toBe(0);
    pam.switches.tokenLifetimeSeconds = 1;
    const short = new BearerClient(pam);
    await short.call('GET', '/api/pam/credential');
    now = new Date('2026-01-01T00:01:01Z');
    expect((await short.call('GET', '/api/pam/credential')).status).toBe(401);
  });

  it('forgets revoked tokens', async () => {
    const pam = await start();
    const client = new BearerClient(pam);
    await client.call('GET', '/api/pam/credential');
    pam.revokeTokens();
    expect((await client.call('GET', '/api/pam/credential')).status).toBe(401);
    expect(pam.journal.entries.at(-1)?.refusal).toBe('unknown token');
  });
});

describe('who is let in', () => {
  const envelope = {
    code: 401,
    response: {
      ...{ status: 401, message: 'Invalid signature', error: true, error_code: 1, detail: '' },
      ...{ mensagem: 'Invalid signature', erro: true, cod_erro: 1 },
    },
    exception: { code: 401, message: 'Invalid signature', detail: null },
  };
  const rows: {
    because: string;
    headers?: Record<string, string>;
    path?: string;
    switches?: Partial<Switches>;
    status: number;
    body: unknown;
  }[] = [
    { because: 'no Authorization header', status: 404, body: noRouteBody },
    {
      because: 'keys in the query string',
      path: '/api/pam/credential?oauth_consumer_key=a&oauth_token=b',
      status: 404,
      body: noRouteBody,
    },
    {
      because: 'an unknown token',
      headers: { authorization: 'Bearer nope' },
      status: 401,
      body: { message: 'Invalid signature' },
    },
    {
      because: 'another scheme',
      headers: { authorization: 'Basic YTpi' },
      status: 401,
      body: { message: 'Invalid signature' },
    },
    {
      because: 'an OAuth 1.0a header that does not fit',
      headers: { authorization: 'OAuth a="b"' },
      status: 401,
      body: { message: 'Invalid signature' },
    },
    {
      because: '403 by switch',
      headers: { authorization: 'Bearer nope' },
      switches: { invalidTokenStatus: 403 },
      status: 403,
      body: { message: 'Invalid signature' },
    },
    {
      because: 'the envelope by switch',
      headers: { authorization: 'Bearer nope' },
      switches: { invalidTokenBody: 'envelope' },
      status: 401,
      body: envelope,
    },
    {
      because: 'a path below no prefix',
      headers: { authorization: 'Bearer nope' },
      path: '/',
      status: 404,
      body: noRouteBody,
    },
    {
      because: 'a prefix that is not served',
      headers: { authorization: 'Bearer nope' },
      switches: { prefixes: ['/iso'] },
      status: 404,
      body: noRouteBody,
    },
  ];
  it.each(rows)(
    '$because',
    async ({ headers = {}, path = '/api/pam/credential', switches = {}, status, body }) => {
      const pam = await start({ switches });
      const answer = await rawCall(pam.url, 'GET', path, { headers });
      expect(answer.json).toEqual(body);
      expect(answer.status).toBe(status);
    },
  );

  it.each([
    { because: 'unknown path', method: 'GET', path: '/api/pam/nothing' },
    { because: 'no list of keys exists', method: 'GET', path: '/api/pam/key' },
    { because: 'no PATCH exists', method: 'PATCH', path: '/api/pam/credential/1' },
    { because: 'PUT by name does not exist', method: 'PUT', path: '/api/pam/credential/user@host' },
    { because: 'a deeper path', method: 'GET', path: '/iso/pam/credential/1/2' },
  ])('a good token on a wrong path gets the envelope: $because', async ({ method, path }) => {
    const pam = await start();
    const answer = await new BearerClient(pam).call(method, path);
    expect(answer.status).toBe(404);
    expect(answer.json).toMatchObject({
      code: 404,
      response: { message: 'Resource sub not found', error: true },
    });
  });

  it('PAM Core missing among the resources is HTTP 500', async () => {
    const pam = await start({ authorization: { resources: ['Certificate Manager'] } });
    const answer = await new BearerClient(pam).call('GET', '/api/pam/credential');
    expect(answer.status).toBe(500);
    expect(answer.json).toMatchObject({
      response: { message: 'You are not authorized to access this resource.' },
    });
  });

  it('the Referer must fit where one is required', async () => {
    const pam = await start({ authorization: { referer: 'https://operator.test' } });
    const client = new BearerClient(pam);
    expect((await client.call('GET', '/api/pam/credential')).status).toBe(401);
    const headers = { referer: 'https://operator.test' };
    expect((await client.call('GET', '/api/pam/credential', undefined, { headers })).status).toBe(200);
  });

  it.each([
    { because: 'authorization disabled', change: { enabled: false } },
    { because: 'authorization expired', change: { expires: new Date(0) } },
  ])('$because: its tokens and its keys stop working', async ({ because, change }) => {
    const pam = await start();
    const client = new BearerClient(pam);
    await client.call('GET', '/api/pam/credential');
    Object.assign(pam.authorization, change);
    expect((await client.call('GET', '/api/pam/credential')).status).toBe(401);
    expect(pam.journal.entries.at(-1)?.refusal).toBe(because);
    const token = await rawCall(pam.url, 'POST', '/api/oauth2/token', { body: tokenBody(pam) });
    expect(token.json).toEqual(clientFailedBody);
  });
});

describe('OAuth 1.0a over the wire', () => {
  it.each([{ tls: undefined }, { tls: 'self-signed' as const }])('with $tls', async ({ tls }) => {
    const pam = await start(tls === undefined ? {} : { tls });
    const scheme = tls === undefined ? 'http' : 'https';
    const target = '/iso/pam/credential';
    const request = { method: 'GET', scheme, host: `127.0.0.1:${pam.port}`, target, form: [] } as const;
    const headers = { authorization: oauth1Header(request, pam.oauth1, new Date()) };
    const options = pam.caCertificate === undefined ? { headers } : { headers, ca: pam.caCertificate };
    expect((await rawCall(pam.url, 'GET', target, options)).status).toBe(200);
    expect(pam.journal.entries[0]).toMatchObject({ oauthVersion: '1.0a', authorization: 'default' });
    const replayed = await rawCall(pam.url, 'GET', target, options);
    expect([replayed.status, replayed.json]).toEqual([401, { message: 'Invalid signature' }]);
    expect(pam.journal.entries[1]?.refusal).toBe('nonce replayed');
  });

  it('a client that does not trust the certificate does not connect', async () => {
    const pam = await start({ tls: 'self-signed' });
    await expect(rawCall(pam.url, 'GET', '/')).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});
