import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault, FaultInput } from './fault.ts';
import { type FaultSubject, Faults } from './faults.ts';
import type { JsonObject } from './json-value.ts';
import type { RawAnswer } from './raw-client.ts';
import { codeOf, device, keyOf, messageOf, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const sent = { identifier: 'mine', username: 'user', ...device, content: 'hidden-password' };
const isStored = (): boolean => situation.pam.store.credential('mine') !== undefined;
const lastCall = () => situation.pam.journal.entries.at(-1);
const post = (signal?: AbortSignal): Promise<RawAnswer> =>
  situation.client.call('POST', '/api/pam/credential', sent, signal === undefined ? {} : { signal });
/** Posts, waits until the server has the call (and has applied it, where it does at once), and gives up. */
const abandon = async (fault: Fault['kind'], applied: boolean): Promise<void> => {
  const giveUp = new AbortController();
  const abandoned = expect(post(giveUp.signal)).rejects.toThrow('aborted');
  await expect.poll(lastCall).toMatchObject({ faults: [fault], applied });
  giveUp.abort();
  await abandoned;
};
const hit = (fault: Fault): void => {
  situation.pam.faults.add({ ...fault, match: { path: 'C4' } });
};

describe('faults that answer', () => {
  interface Row {
    because: string;
    fault: Fault;
    status: number;
    applied: boolean;
    headers?: Record<string, string>;
    body: unknown;
  }
  const html = expect.stringMatching(/^<html>/);
  const rows: Row[] = [
    {
      because: 'rate limit in seconds',
      fault: { kind: 'rate-limited', retryAfter: '7' },
      status: 429,
      applied: false,
      headers: { 'retry-after': '7' },
      body: { message: 'API rate limit exceeded' },
    },
    {
      because: 'rate limit with garbage',
      fault: { kind: 'rate-limited', retryAfter: 'soon' },
      status: 429,
      applied: false,
      headers: { 'retry-after': 'soon' },
      body: expect.anything(),
    },
    {
      because: 'rate limit without a time',
      fault: { kind: 'rate-limited' },
      status: 429,
      applied: false,
      body: expect.anything(),
    },
    {
      because: 'unexpected error',
      fault: { kind: 'unexpected-error' },
      status: 500,
      applied: false,
      body: expect.objectContaining({ exception: expect.objectContaining({ code: 500 }) }),
    },
    {
      because: 'unexpected error, applied',
      fault: { kind: 'unexpected-error-after-commit' },
      status: 500,
      applied: true,
      body: expect.objectContaining({ code: 500 }),
    },
    {
      because: 'not authorized',
      fault: { kind: 'not-authorized' },
      status: 500,
      applied: false,
      body: expect.objectContaining({
        response: expect.objectContaining({ message: 'You are not authorized to access this resource.' }),
      }),
    },
    {
      because: '502 page',
      fault: { kind: 'bad-gateway-html' },
      status: 502,
      applied: false,
      headers: { 'content-type': 'text/html' },
      body: html,
    },
    {
      because: '502 page, applied',
      fault: { kind: 'bad-gateway-html-after-commit' },
      status: 502,
      applied: true,
      body: html,
    },
    {
      because: '503',
      fault: { kind: 'service-unavailable', retryAfter: '3' },
      status: 503,
      applied: false,
      headers: { 'retry-after': '3' },
      body: expect.anything(),
    },
    {
      because: '504',
      fault: { kind: 'gateway-timeout' },
      status: 504,
      applied: false,
      body: expect.anything(),
    },
    {
      because: '504, applied',
      fault: { kind: 'gateway-timeout-after-commit' },
      status: 504,
      applied: true,
      body: expect.anything(),
    },
    { because: 'a login page', fault: { kind: 'html-200' }, status: 200, applied: false, body: html },
    {
      because: 'JSON that ends early',
      fault: { kind: 'truncated-json' },
      status: 201,
      applied: true,
      body: expect.stringMatching(/^\{"code":201.*[^}]$/),
    },
    {
      because: 'no body',
      fault: { kind: 'empty-body' },
      status: 201,
      applied: true,
      headers: { 'content-length': '0' },
      body: '',
    },
    {
      because: 'error in a 2xx',
      fault: { kind: 'error-in-success' },
      status: 201,
      applied: false,
      body: expect.objectContaining({
        response: expect.objectContaining({ status: 201, error: true, error_code: 1 }),
      }),
    },
    {
      because: 'any number',
      fault: { kind: 'numbered-error', code: 1099 },
      status: 400,
      applied: false,
      body: expect.objectContaining({
        exception: { code: 1099, message: '1099: Unknown fault', detail: null },
      }),
    },
    {
      because: 'a known number with its text',
      fault: { kind: 'numbered-error', code: 1011 },
      status: 400,
      applied: false,
      body: expect.objectContaining({
        exception: { code: 1011, message: '1011: Device not found', detail: null },
      }),
    },
    {
      because: 'redirect',
      fault: { kind: 'redirect', location: 'http://evil.test/', status: 307 },
      status: 307,
      applied: false,
      headers: { location: 'http://evil.test/' },
      body: expect.anything(),
    },
    {
      because: 'any answer',
      fault: { kind: 'answer', status: 418, body: { a: 1 }, headers: { 'x-a': 'b' } },
      status: 418,
      applied: false,
      headers: { 'x-a': 'b' },
      body: { a: 1 },
    },
    {
      because: 'any answer, applied',
      fault: { kind: 'answer', status: 204, applied: true },
      status: 204,
      applied: true,
      body: '',
    },
  ];
  it.each(rows)('$because', async ({ fault, status, applied, headers = {}, body }) => {
    hit(fault);
    const answer = await post();
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(headers);
    expect(Object.keys(answer.json).length > 0 ? answer.json : answer.text).toEqual(body);
    expect(isStored()).toBe(applied);
    expect(lastCall()).toMatchObject({ faults: [fault.kind], status, applied, done: true });
  });

  it('repeats the request, its secrets and its token', async () => {
    hit({ kind: 'echo-request' });
    const answer = await post();
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(/Bearer ey/);
    expect(answer.text).toContain('hidden-password');
    expect(isStored()).toBe(false);
  });

  it('names devices that were not assigned', async () => {
    situation.pam.faults.add({ kind: 'devices-error', hostnames: ['w2019'] });
    const answer = await situation.postKey({ ...device, identifier: 'k', private_key: 'a', public_key: 'b' });
    expect(keyOf(answer)).toMatchObject({ identifier: 'k', devices_error: [{ hostname: 'w2019' }] });
    expect(situation.pam.store.key('k')).toBeDefined();
  });

  it('drips the body', async () => {
    hit({ kind: 'slow-body', ms: 1, bytes: 50 });
    const answer = await post();
    expect([answer.status, messageOf(answer)]).toEqual([201, 'Credential successfully registered!']);
  });

  it('floods the client, who may stop it', async () => {
    hit({ kind: 'oversized-body', bytes: 3_000_000 });
    const answer = await post();
    expect(answer.text.length).toBeGreaterThan(3_000_000);
    expect(isStored()).toBe(false);
  });
});

describe('faults without an answer', () => {
  it.each([
    { kind: 'reset-before-commit' as const, applied: false, error: 'ECONNRESET', status: 'none' as const },
    { kind: 'reset-after-commit' as const, applied: true, error: 'ECONNRESET', status: 'none' as const },
    { kind: 'cut-body' as const, applied: true, error: 'ECONNRESET', status: 201 },
  ])('$kind', async ({ kind, applied, error, status }) => {
    hit({ kind });
    await expect(post()).rejects.toMatchObject({ code: error });
    expect(isStored()).toBe(applied);
    await expect.poll(() => lastCall()).toMatchObject({ faults: [kind], status, applied, done: true });
  });

  it.each([
    { kind: 'hang-before-commit' as const, applied: false },
    { kind: 'hang-after-commit' as const, applied: true },
  ])('$kind keeps the connection until the client gives up', async ({ kind, applied }) => {
    hit({ kind });
    await abandon(kind, applied);
    await expect.poll(lastCall).toMatchObject({ status: 'none', applied, done: true });
    expect(isStored()).toBe(applied);
  });

  it('late-commit answers 504 and applies the call afterwards', async () => {
    hit({ kind: 'late-commit', ms: 200 });
    const answer = await post();
    expect(answer.status).toBe(504);
    expect([isStored(), lastCall()?.applied]).toEqual([false, false]);
    await expect.poll(isStored).toBe(true);
    expect(lastCall()?.applied).toBe(true);
  });

  it('resets over TLS too', async () => {
    await situation.restart({ tls: 'self-signed' });
    hit({ kind: 'reset-after-commit' });
    const ca = String(situation.pam.caCertificate);
    const client = situation.trusting(ca);
    await expect(client.call('POST', '/api/pam/credential', sent)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(isStored()).toBe(true);
  });

  it('stop() ends hanging calls and drops late commits', async () => {
    hit({ kind: 'hang-before-commit' });
    const hanging = expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => lastCall()?.faults).toEqual(['hang-before-commit']);
    situation.pam.faults.clear();
    hit({ kind: 'late-commit', ms: 50 });
    await post();
    await situation.pam.stop();
    await hanging;
    expect(isStored()).toBe(false);
  });
});

describe('delays', () => {
  it.each([
    { where: 'before-commit' as const, applied: false },
    { where: 'after-commit' as const, applied: true },
  ])('$where', async ({ where, applied }) => {
    hit({ kind: 'delay', ms: 60_000, where });
    await abandon('delay', applied);
    expect(isStored()).toBe(applied);
  });

  it('a call whose client has gone is applied all the same', async () => {
    hit({ kind: 'delay', ms: 400 });
    await abandon('delay', false);
    await expect.poll(isStored).toBe(true);
  });

  it('add up, and go together with one other fault', async () => {
    hit({ kind: 'delay', ms: 20 });
    hit({ kind: 'delay', ms: 20, where: 'after-commit' });
    hit({ kind: 'numbered-error', code: 1011 });
    hit({ kind: 'gateway-timeout' });
    expect(codeOf(await post())).toBe(1011);
    expect(lastCall()?.faults).toEqual(['delay', 'delay', 'numbered-error']);
  });
});

describe('which calls a fault hits', () => {
  const subject: FaultSubject = {
    method: 'POST',
    template: 'C4',
    path: '/api/pam/credential',
    identifier: 'a',
    authorization: 'default',
  };
  const rows: { because: string; match: FaultInput['match']; fires: boolean }[] = [
    { because: 'everything', match: undefined, fires: true },
    { because: 'its method', match: { method: 'POST' }, fires: true },
    { because: 'another method', match: { method: 'PUT' }, fires: false },
    { because: 'its endpoint', match: { path: 'C4' }, fires: true },
    { because: 'another endpoint', match: { path: 'K1' }, fires: false },
    { because: 'its path', match: { path: /^\/api\// }, fires: true },
    { because: 'another path', match: { path: /^\/iso\// }, fires: false },
    { because: 'its identifier', match: { identifier: 'a' }, fires: true },
    { because: 'another identifier', match: { identifier: 'b' }, fires: false },
    { because: 'its authorization', match: { authorization: 'default' }, fires: true },
    { because: 'another authorization', match: { authorization: 'other' }, fires: false },
    { because: 'all but one fit', match: { method: 'POST', path: 'C4', identifier: 'b' }, fires: false },
  ];
  it.each(rows)('$because', ({ match, fires }) => {
    const faults = new Faults();
    const handle = faults.add({ kind: 'empty-body', ...(match === undefined ? {} : { match }) });
    expect(faults.take(subject)).toHaveLength(fires ? 1 : 0);
    expect(handle.fired()).toBe(fires ? 1 : 0);
  });

  it('fires after some calls and so many times, then lets the next fault have its turn', () => {
    const faults = new Faults();
    const first = faults.add({ kind: 'empty-body', match: { after: 1, times: 2 } });
    const second = faults.add({ kind: 'html-200' });
    const kinds = Array.from({ length: 5 }, () => faults.take(subject).map(({ kind }) => kind));
    expect(kinds).toEqual([['html-200'], ['empty-body'], ['empty-body'], ['html-200'], ['html-200']]);
    expect([first.fired(), second.fired()]).toEqual([2, 3]);
    second.remove();
    expect(faults.take(subject)).toEqual([]);
    expect(faults.list()).toEqual([first]);
    faults.clear();
    expect(faults.list()).toEqual([]);
  });

  it('knows the identifier of a record that is named by its id', async () => {
    const { id } = situation.pam.store.seedCredential({ ...device, identifier: 'mine' });
    situation.pam.faults.add({ kind: 'numbered-error', code: 1009, match: { identifier: 'mine' } });
    expect(codeOf(await situation.client.call('DELETE', `/api/pam/credential/${id}`))).toBe(1009);
  });

  it('hits the token endpoint', async () => {
    situation.pam.faults.add({
      kind: 'gateway-timeout',
      match: { path: 'TOKEN', authorization: 'default', times: 1 },
    });
    const body: JsonObject = { grant_type: 'client_credentials', client_id: situation.pam.oauth2.clientId };
    expect((await situation.client.call('POST', '/api/oauth2/token', body)).status).not.toBe(504);
    expect(situation.pam.journal.calls({ template: 'TOKEN', status: 504 })).toHaveLength(1);
  });
});
