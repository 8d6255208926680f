import { afterEach, describe, expect, it } from 'vitest';
import { SecretText } from '../../src/core/secret-text.ts';
import { createPamClient } from '../../src/pam/pam-client.ts';
import type { PamCallRecord, PamConnectionSettings } from '../../src/pam/pam-connection-settings.ts';
import {
  clientFor,
  context,
  envelope,
  sendJson,
  settingsFor,
  startLoopbackPam,
  stopAll,
} from './loopback-pam.ts';

afterEach(stopAll);

const spec = { username: 'root', device: { hostname: 'w2016', ip: '10.66.33.15' } };

describe('calls and answers', () => {
  it('an upsert of a credential', async () => {
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) =>
      sendJson(
        response,
        201,
        envelope(201, 'Credential successfully registered!', { credential: { id: '152', identifier: 'x' } }),
      );
    const upsert = { identifier: 'x', spec, content: new SecretText('pass') };
    expect(await clientFor(pam.url).upsertCredential(upsert, context())).toEqual({
      id: '152',
      identifier: 'x',
      result: 'registered',
      devicesPartlyAssigned: false,
    });
    const [seen] = pam.calls;
    expect([seen?.method, seen?.path, seen?.headers['content-type']]).toEqual([
      'POST',
      '/api/pam/credential',
      'application/json',
    ]);
    expect(JSON.parse(seen?.body ?? '')).toEqual({
      identifier: 'x',
      username: 'root',
      hostname: 'w2016',
      ip: '10.66.33.15',
      content: 'pass',
    });
  });

  it('an upsert that names no id is unreadable, although it was applied', async () => {
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) =>
      sendJson(response, 201, envelope(201, 'Credential successfully registered!'));
    const promise = clientFor(pam.url).upsertCredential({ identifier: 'x', spec }, context());
    await expect(promise).rejects.toMatchObject({
      fault: { operation: 'Upsert', kind: 'credential', signal: 'unreadable', httpStatus: 201 },
    });
  });

  it('a list tells when it was asked for and how long it took', async () => {
    const pam = await startLoopbackPam();
    let ms = 500;
    const clock = { monotonicMs: () => ms, now: () => new Date() };
    pam.reply = (_seen, response) => {
      ms += 70;
      sendJson(response, 200, envelope(200, '1 credentials found', { credentials: [] }));
    };
    expect(await clientFor(pam.url, { clock }).list(context())).toEqual({
      entries: [],
      complete: false,
      sentAtMs: 500,
      tookMs: 70,
    });
    expect(pam.calls.map(({ method, path }) => [method, path])).toEqual([['GET', '/api/pam/credential']]);
  });

  it('of a list only the rows are read that the last one did not have', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url);
    const row = (id: number, change: string) => ({
      id,
      identifier: `record-${id}`,
      username: 'root',
      change,
    });
    const listed = async (...credentials: object[]) => {
      pam.reply = (_seen, response) => sendJson(response, 200, envelope(200, 'found', { credentials }));
      return (await client.list(context())).entries;
    };
    const [one, two] = await listed(row(1, 'first'), row(2, 'first'));
    const later = await listed(row(1, 'first'), row(2, 'second'), row(3, 'first'));
    expect(later.map(({ id, change }) => [id, change])).toEqual([
      ['1', 'first'],
      ['2', 'second'],
      ['3', 'first'],
    ]);
    expect(later[0]).toBe(one);
    expect(later[1]).not.toBe(two);
  });

  it('a list without a list is unreadable', async () => {
    const pam = await startLoopbackPam();
    await expect(clientFor(pam.url).list(context())).rejects.toMatchObject({
      fault: { operation: 'List', signal: 'unreadable', httpStatus: 200 },
    });
  });

  it('"already so" is success, by operation and kind', async () => {
    const pam = await startLoopbackPam();
    const client = clientFor(pam.url);
    pam.reply = (_seen, response) => sendJson(response, 400, envelope(400, '1017:Key inactive'));
    await client.disable('key', '1', context());
    await expect(client.enable('key', '1', context())).rejects.toMatchObject({
      fault: { operation: 'Enable', kind: 'key', signal: 'code', code: 1017 },
    });
  });

  it('another tenant is a fault', async () => {
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) =>
      sendJson(response, 200, { ...envelope(200, 'activated'), tenant: 'Other' });
    await expect(clientFor(pam.url, { tenant: 'acme' }).enable('key', '1', context())).rejects.toMatchObject({
      fault: { signal: 'wrongTenant' },
    });
    await clientFor(pam.url, { tenant: 'other' }).enable('key', '1', context());
    await clientFor(pam.url).enable('key', '1', context());
  });

  it('each attempt is counted, with labels alone', async () => {
    const pam = await startLoopbackPam();
    const records: PamCallRecord[] = [];
    const client = clientFor(pam.url, { onCall: (call) => records.push(call) });
    const statuses = [401, 400, 502];
    pam.reply = (_seen, response) =>
      sendJson(response, statuses.shift() ?? 200, envelope(400, '1043: Credential is already activated!'));
    await client.enable('credential', '1', context());
    pam.reply = (_seen, response) => sendJson(response, 502, {});
    await client.list(context()).catch(() => {});
    expect(
      records.map(({ operation, kind, code, httpStatus }) => [operation, kind, code, httpStatus]),
    ).toEqual([
      ['Token', undefined, 'ok', 200],
      ['Enable', 'credential', '1043', 401],
      ['List', undefined, 'httpStatus', 502],
    ]);
    for (const { durationMs } of records) expect(durationMs).toBeGreaterThanOrEqual(0);
  });
});

describe('OAuth 1.0a and clocks', () => {
  const auth: PamConnectionSettings['auth'] = {
    type: 'oauth1',
    consumerKey: 'ck',
    consumerSecret: new SecretText('cs'),
    tokenKey: 'tk',
    tokenSecret: new SecretText('ts'),
    signatureMethod: 'HMAC-SHA256',
  };
  const stampOf = (header = '') => Number(/oauth_timestamp="(\d+)"/.exec(header)?.[1]) * 1000;
  const now = Date.parse('2026-03-01T12:00:00Z');
  const clock = { monotonicMs: () => 0, now: () => new Date(now) };

  /** A server whose clock is `skewMs` ahead and that accepts timestamps within 60 s of it. */
  async function skewed(skewMs: number) {
    const pam = await startLoopbackPam();
    pam.reply = (seen, response) => {
      const theirs = now + skewMs;
      const isGood = Math.abs(stampOf(seen.headers.authorization) - theirs) <= 60_000;
      const headers = { date: new Date(theirs).toUTCString() };
      sendJson(
        response,
        isGood ? 200 : 401,
        isGood ? envelope(200, 'activated') : { message: 'Invalid signature' },
        headers,
      );
    };
    return pam;
  }

  const rows = [
    {
      because: 'an hour ahead: signed again once, then right at once',
      skewMs: 3_600_000,
      calls: [1, 1],
      stamps: 3,
    },
    { because: 'an hour behind', skewMs: -3_600_000, calls: [1, 1], stamps: 3 },
    { because: 'within the window: nothing to do', skewMs: 45_000, calls: [1, 1], stamps: 2 },
    { because: 'two days are no skew but a broken clock', skewMs: 2 * 86_400_000, calls: [0, 0], stamps: 2 },
  ];
  it.each(rows)('$because', async ({ skewMs, calls, stamps }) => {
    const pam = await skewed(skewMs);
    const client = clientFor(pam.url, { auth, clock });
    const results = [];
    for (const id of ['1', '2']) {
      results.push(
        await client.enable('key', id, context()).then(
          () => 1,
          () => 0,
        ),
      );
    }
    expect(results).toEqual(calls);
    expect(pam.calls).toHaveLength(stamps);
    expect(pam.tokenCalls).toHaveLength(0);
    expect(client.clockSkewMs).toBe(skewMs);
  });

  it('a refusal without a skew is not repeated', async () => {
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) =>
      sendJson(response, 401, {}, { date: new Date(now + 20_000).toUTCString() });
    await expect(clientFor(pam.url, { auth, clock }).enable('key', '1', context())).rejects.toMatchObject({
      fault: { httpStatus: 401 },
    });
    expect(pam.calls).toHaveLength(1);
  });

  it('a clock that was set right again is followed again', async () => {
    const pam = await skewed(3_600_000);
    let ours = now;
    const client = clientFor(pam.url, { auth, clock: { monotonicMs: () => 0, now: () => new Date(ours) } });
    await client.enable('key', '1', context());
    ours += 3_600_000;
    await client.enable('key', '2', context());
    expect(pam.calls).toHaveLength(4);
  });

  it('a server without Date leaves the skew unknown', async () => {
    const pam = await startLoopbackPam();
    pam.reply = (_seen, response) => {
      response.sendDate = false;
      sendJson(response, 200, envelope(200, 'activated'));
    };
    const client = clientFor(pam.url, { auth, clock });
    await client.enable('key', '1', context());
    expect(client.clockSkewMs).toBeUndefined();
  });
});

describe('settings that are refused before any call', () => {
  const rows: { because: string; more: Partial<PamConnectionSettings>; says: RegExp }[] = [
    {
      because: 'plain http to another machine',
      more: { url: 'http://pam.example' },
      says: /^url must be https/,
    },
    {
      because: 'plain http to a name that begins like loopback',
      more: { url: 'http://127.0.0.1.example' },
      says: /^url must be https/,
    },
    { because: 'no address', more: { url: 'pam.example' }, says: /^url must be https/ },
    { because: 'another scheme', more: { url: 'ftp://127.0.0.1' }, says: /^url must be https/ },
    { because: 'a path', more: { url: 'https://pam.example/api' }, says: /nothing else/ },
    { because: 'a query', more: { url: 'https://pam.example/?a' }, says: /nothing else/ },
    { because: 'a password in the address', more: { url: 'https://u:p@pam.example' }, says: /nothing else/ },
    { because: 'another prefix', more: { apiPrefix: '/api/../x' as '/api' }, says: /^apiPrefix/ },
    {
      because: 'a token address over plain http',
      more: { tokenUrl: 'http://pam.example/oauth2/token' },
      says: /^tokenUrl must be https/,
    },
    {
      because: 'a token address with a password',
      more: { tokenUrl: 'https://u:p@pam.example/' },
      says: /^tokenUrl must not/,
    },
    { because: 'a proxy of another kind', more: { proxyUrl: 'socks5://127.0.0.1' }, says: /^proxyUrl/ },
    {
      because: 'a Referer that would add a header',
      more: { referer: 'a\r\nX-Injected: 1' },
      says: /^referer/,
    },
    { because: 'a User-Agent that would add a header', more: { userAgent: 'a\nb' }, says: /^userAgent/ },
  ];
  it.each(rows)('$because', ({ more, says }) => {
    expect(() => createPamClient(settingsFor('https://pam.example', more))).toThrow(says);
  });

  it.each([
    'https://pam.example',
    'https://pam.example:8443',
    'http://127.0.0.1:1',
    'http://127.9.9.9',
    'http://[::1]:1',
    'http://localhost',
  ])('%s is taken', (url) => {
    createPamClient(settingsFor(url)).close();
  });
});
