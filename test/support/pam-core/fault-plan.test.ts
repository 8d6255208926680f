import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from './fault.ts';
import type { RawAnswer } from './raw-client.ts';
import { device, keyOf, messageOf, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const sent = { identifier: 'mine', username: 'user', ...device, content: 'hidden-password' };
const isStored = (): boolean => situation.pam.store.credential('mine') !== undefined;
const lastCall = () => situation.pam.journal.entries.at(-1);
const post = (): Promise<RawAnswer> => situation.client.call('POST', '/api/pam/credential', sent);
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
