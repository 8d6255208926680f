import { afterEach, describe, expect, it } from 'vitest';
import { wasNotApplied } from '../../src/core/pam-fault.ts';
import {
  canary,
  clientFor,
  context,
  envelope,
  type LoopbackPam,
  sendJson,
  startLoopbackPam,
  stopAll,
} from './loopback-pam.ts';

afterEach(stopAll);

/** Accepts only the newest of the tokens it gives out, as after a restart of PAM. */
function acceptOnly(
  pam: LoopbackPam,
  isGood: (authorization: string) => boolean,
  status = 401,
  body: object = { message: 'Invalid signature' },
): void {
  pam.reply = (seen, response) => {
    if (isGood(seen.headers.authorization ?? '')) return sendJson(response, 200, envelope(200, 'activated'));
    sendJson(response, status, body);
  };
}

function movableClock() {
  let ms = 1_000;
  return {
    clock: { monotonicMs: () => ms, now: () => new Date() },
    advance(by: number) {
      ms += by;
    },
  };
}

describe('the token call', () => {
  it('is a form with client id, secret and tenant', async () => {
    const pam = await startLoopbackPam();
    await clientFor(pam.url, { tenant: 'acme' }).enable('key', '1', context());
    const [seen] = pam.tokenCalls;
    expect(seen?.method).toBe('POST');
    expect(seen?.path).toBe('/api/oauth2/token');
    expect(seen?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(seen?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: `client-secret-${canary}`,
      tenant: 'acme',
    });
  });

  it('follows the prefix, or goes where it is told', async () => {
    const pam = await startLoopbackPam();
    await clientFor(pam.url, { apiPrefix: '/iso' }).enable('key', '1', context());
    await clientFor(pam.url, { tokenUrl: `${pam.url}/senhasegura/oauth2/token` }).enable(
      'key',
      '1',
      context(),
    );
    expect(pam.tokenCalls.map(({ path }) => path)).toEqual([
      '/iso/oauth2/token',
      '/senhasegura/oauth2/token',
    ]);
  });

  it('is made once for fifty calls at the same time', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url);
    await Promise.all(Array.from({ length: 50 }, (_, id) => client.enable('key', String(id), context())));
    expect(pam.tokenCalls).toHaveLength(1);
  });

  const refusals: { because: string; status: number; body: unknown; fault: object }[] = [
    {
      because: 'wrong secret',
      status: 401,
      body: { error: 'invalid_client', message: 'Client authentication failed' },
      fault: { signal: 'clientAuthenticationFailed', httpStatus: 401 },
    },
    {
      because: 'no token in the answer',
      status: 200,
      body: { expires_in: 1 },
      fault: { signal: 'unreadable', httpStatus: 200 },
    },
    {
      because: 'a token that would add a header',
      status: 200,
      body: { access_token: 'a\r\nX-Injected: 1' },
      fault: { signal: 'unreadable', httpStatus: 200 },
    },
    {
      because: 'a token beyond every header limit',
      status: 200,
      body: { access_token: 'a'.repeat(9_000) },
      fault: { signal: 'unreadable', httpStatus: 200 },
    },
    {
      because: 'another tenant',
      status: 200,
      body: { access_token: 'a', tenant: 'other' },
      fault: { signal: 'wrongTenant', httpStatus: 200 },
    },
    {
      because: 'the gateway is down',
      status: 502,
      body: 'x',
      fault: { signal: 'httpStatus', httpStatus: 502 },
    },
  ];
  it.each(refusals)('is refused: $because', async ({ status, body, fault }) => {
    const pam = await startLoopbackPam();
    pam.tokenReply = (_seen, response) => sendJson(response, status, body);
    const error = await clientFor(pam.url, { tenant: 'acme' })
      .enable('key', '1', context())
      .catch((caught) => caught);
    expect(error).toMatchObject({ name: 'PamError', fault: { operation: 'Token', ...fault } });
    expect(error.fault.kind).toBeUndefined();
    expect(wasNotApplied(error.fault)).toBe(true);
    expect(pam.calls).toHaveLength(0);
    expect(pam.tokenCalls).toHaveLength(1);
  });

  it('outlives the caller that began it, for those who wait with it', async () => {
    const pam = await startLoopbackPam();
    const first = new AbortController();
    const plain = pam.tokenReply;
    const asked = Promise.withResolvers<() => void>();
    pam.tokenReply = (seen, response) => asked.resolve(() => plain(seen, response));
    const client = clientFor(pam.url);
    const one = client.enable('key', '1', context({ signal: first.signal })).catch((error) => error.fault);
    const other = client.enable('key', '2', context());
    const answer = await asked.promise;
    first.abort();
    expect(await one).toEqual({ operation: 'Token', signal: 'aborted' });
    answer();
    await other;
    expect(pam.calls.map(({ path }) => path)).toEqual(['/api/pam/key/2']);
    expect(pam.tokenCalls).toHaveLength(1);
  });
});

describe('the life of a token', () => {
  const rows: { because: string; expiresIn: unknown; usedAtMs: number; calls: number }[] = [
    {
      because: 'an hour: used until a minute before its end',
      expiresIn: 3600,
      usedAtMs: 3_539_000,
      calls: 1,
    },
    { because: 'an hour: replaced within the last minute', expiresIn: 3600, usedAtMs: 3_541_000, calls: 2 },
    { because: 'a minute: used until a tenth before its end', expiresIn: 60, usedAtMs: 53_500, calls: 1 },
    { because: 'a minute: replaced within the last tenth', expiresIn: 60, usedAtMs: 54_500, calls: 2 },
    { because: 'a number as text', expiresIn: '60', usedAtMs: 53_500, calls: 1 },
    { because: 'not said: five minutes', expiresIn: undefined, usedAtMs: 269_000, calls: 1 },
    { because: 'not said: five minutes are over', expiresIn: undefined, usedAtMs: 271_000, calls: 2 },
    { because: 'garbage is not said', expiresIn: 'soon', usedAtMs: 271_000, calls: 2 },
    { because: 'longer than a day is a day', expiresIn: 1e12, usedAtMs: 86_400_000, calls: 2 },
    { because: 'nothing lives at least a second', expiresIn: 0, usedAtMs: 800, calls: 1 },
  ];
  it.each(rows)('$because', async ({ expiresIn, usedAtMs, calls }) => {
    const pam = await startLoopbackPam();
    pam.tokenReply = (_seen, response) =>
      sendJson(response, 200, { access_token: 't', expires_in: expiresIn });
    const { clock, advance } = movableClock();
    const client = clientFor(pam.url, { clock });
    await client.enable('key', '1', context());
    advance(usedAtMs);
    await client.enable('key', '1', context());
    expect(pam.tokenCalls).toHaveLength(calls);
  });
});

describe('a refused token', () => {
  const refusals: { because: string; status: number; body: object }[] = [
    { because: '401', status: 401, body: {} },
    { because: '403', status: 403, body: {} },
    {
      because: 'Invalid signature within the envelope',
      status: 400,
      body: envelope(400, 'Invalid signature'),
    },
    { because: 'No route matched', status: 404, body: { message: 'no Route matched with those values' } },
  ];
  it.each(refusals)('is replaced once, and the call made again: $because', async ({ status, body }) => {
    const pam = await startLoopbackPam();
    acceptOnly(pam, (authorization) => authorization === 'Bearer token-2', status, body);
    const client = clientFor(pam.url);
    await client.enable('key', '1', context());
    await client.enable('key', '2', context());
    expect(pam.calls.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-2',
    ]);
    expect(pam.tokenCalls).toHaveLength(2);
  });

  it.each(refusals)('twice is reported: $because', async ({ status, body }) => {
    const pam = await startLoopbackPam();
    acceptOnly(pam, () => false, status, body);
    const client = clientFor(pam.url);
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({
      fault: { operation: 'Enable', httpStatus: status },
    });
    expect(pam.calls).toHaveLength(2);
    expect(pam.tokenCalls).toHaveLength(2);
    // The second token may be good elsewhere: one refusal costs one token, not two.
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({
      fault: { httpStatus: status },
    });
    expect(pam.tokenCalls).toHaveLength(3);
  });

  const faults: { because: string; status: number; body: object }[] = [
    {
      because: 'a business number with 403',
      status: 403,
      body: { ...envelope(403, '1009: No access to credential') },
    },
    {
      because: 'not authorized for PAM Core',
      status: 500,
      body: envelope(500, 'You are not authorized to access this resource.'),
    },
    { because: 'a wrong path', status: 404, body: envelope(404, 'Resource sub not found') },
    { because: 'a server fault', status: 500, body: envelope(500, 'Unexpected error') },
  ];
  it.each(faults)('is not suspected: $because', async ({ status, body }) => {
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) => sendJson(response, status, body);
    await expect(clientFor(pam.url).enable('key', '1', context())).rejects.toMatchObject({
      fault: { httpStatus: status },
    });
    expect(pam.calls).toHaveLength(1);
    expect(pam.tokenCalls).toHaveLength(1);
  });

  it('costs one new token, however many calls it fails', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url);
    await client.enable('key', '0', context());
    acceptOnly(pam, (authorization) => authorization === 'Bearer token-2');
    await Promise.all(Array.from({ length: 40 }, (_, id) => client.enable('key', String(id), context())));
    expect(pam.tokenCalls).toHaveLength(2);
  });

  it('does not drop a newer one when its refusal comes late', async () => {
    const pam = await startLoopbackPam();
    const late = Promise.withResolvers<() => void>();
    const client = clientFor(pam.url);
    pam.reply = (seen, response) => {
      const isOld = seen.headers.authorization === 'Bearer token-1';
      const refuse = () => sendJson(response, 401, {});
      if (!isOld) return sendJson(response, 200, envelope(200, 'activated'));
      if (seen.path.endsWith('/1')) return late.resolve(refuse);
      refuse();
    };
    const first = client.enable('key', '1', context());
    const refuseFirst = await late.promise;
    await client.enable('key', '2', context());
    refuseFirst();
    await first;
    expect(pam.tokenCalls).toHaveLength(2);
  });

  it("and then no new one: the fault is the token call's", async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url);
    await client.enable('key', '1', context());
    acceptOnly(pam, () => false);
    pam.tokenReply = (_seen, response) => sendJson(response, 401, { error: 'invalid_client' });
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({
      fault: { operation: 'Token', signal: 'clientAuthenticationFailed' },
    });
  });
});
