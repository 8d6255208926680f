import { afterEach, describe, expect, it } from 'vitest';
import { wasNotApplied } from '../../src/core/pam-fault.ts';
import type { Fault } from '../support/pam-core/fault.ts';
import { context, stopAll } from './loopback-pam.ts';
import { clientOf, credential, device, key, start } from './simulated-pam.ts';

afterEach(stopAll);

describe('faults on the way', () => {
  const rows: { because: string; fault: Fault; sees: object; applied: boolean; certain: boolean }[] = [
    {
      because: 'reset before PAM applied it',
      fault: { kind: 'reset-before-commit' },
      sees: { signal: 'unreachable' },
      applied: false,
      certain: false,
    },
    {
      because: 'reset after PAM applied it looks the same',
      fault: { kind: 'reset-after-commit' },
      sees: { signal: 'unreachable' },
      applied: true,
      certain: false,
    },
    {
      because: 'no answer, not applied',
      fault: { kind: 'hang-before-commit' },
      sees: { signal: 'timeout' },
      applied: false,
      certain: false,
    },
    {
      because: 'no answer, applied',
      fault: { kind: 'hang-after-commit' },
      sees: { signal: 'timeout' },
      applied: true,
      certain: false,
    },
    {
      because: '502 in HTML',
      fault: { kind: 'bad-gateway-html' },
      sees: { signal: 'httpStatus', httpStatus: 502 },
      applied: false,
      certain: false,
    },
    {
      because: '502 in HTML after PAM applied it',
      fault: { kind: 'bad-gateway-html-after-commit' },
      sees: { signal: 'httpStatus', httpStatus: 502 },
      applied: true,
      certain: false,
    },
    {
      because: '504',
      fault: { kind: 'gateway-timeout-after-commit' },
      sees: { httpStatus: 504 },
      applied: true,
      certain: false,
    },
    {
      because: "PAM's own fault",
      fault: { kind: 'unexpected-error' },
      sees: { signal: 'unexpectedError', httpStatus: 500 },
      applied: false,
      certain: false,
    },
    {
      because: '429 with seconds',
      fault: { kind: 'rate-limited', retryAfter: '7' },
      sees: { httpStatus: 429, retryAfterMs: 7_000 },
      applied: false,
      certain: true,
    },
    {
      because: '429 with garbage',
      fault: { kind: 'rate-limited', retryAfter: 'soon' },
      sees: { httpStatus: 429 },
      applied: false,
      certain: true,
    },
    {
      because: '503',
      fault: { kind: 'service-unavailable', retryAfter: '1' },
      sees: { httpStatus: 503, retryAfterMs: 1_000 },
      applied: false,
      certain: false,
    },
    {
      because: 'a login page',
      fault: { kind: 'html-200' },
      sees: { signal: 'unreadable', httpStatus: 200 },
      applied: false,
      certain: false,
    },
    {
      because: 'truncated JSON',
      fault: { kind: 'truncated-json' },
      sees: { signal: 'unreadable', httpStatus: 201 },
      applied: true,
      certain: false,
    },
    {
      because: 'a body that breaks off',
      fault: { kind: 'cut-body' },
      sees: { signal: 'unreachable' },
      applied: true,
      certain: false,
    },
    {
      because: 'an empty body',
      fault: { kind: 'empty-body' },
      sees: { signal: 'unreadable' },
      applied: true,
      certain: false,
    },
    {
      because: 'a slow body',
      fault: { kind: 'slow-body', ms: 50 },
      sees: { signal: 'timeout' },
      applied: true,
      certain: false,
    },
    {
      because: 'a huge body',
      fault: { kind: 'oversized-body', bytes: 3 * 1024 * 1024 },
      sees: { signal: 'unreadable' },
      applied: false,
      certain: false,
    },
    {
      because: '2xx that says error',
      fault: { kind: 'error-in-success' },
      sees: {},
      applied: false,
      certain: false,
    },
    {
      because: 'a redirect',
      fault: { kind: 'redirect', location: 'http://127.0.0.1:1/' },
      sees: { signal: 'httpStatus', httpStatus: 302 },
      applied: false,
      certain: false,
    },
    {
      because: 'a number',
      fault: { kind: 'numbered-error', code: 1011 },
      sees: { signal: 'code', code: 1011 },
      applied: false,
      certain: true,
    },
    {
      because: 'a number that nobody knows',
      fault: { kind: 'numbered-error', code: 1099 },
      sees: { signal: 'code', code: 1099 },
      applied: false,
      certain: true,
    },
  ];
  it.each(rows)('$because', async ({ fault, sees, applied, certain }) => {
    const core = await start();
    core.faults.add({ ...fault, match: { path: 'C4' } });
    // Short only where the end of a wait is what is seen: a busy machine answers late.
    const limitMs = 'signal' in sees && sees.signal === 'timeout' ? 1500 : 10_000;
    const client = clientOf(core, 'OAuth 2.0', {
      timeouts: { connectMs: limitMs, requestMs: limitMs, inventoryMs: limitMs },
    });
    const error = await client.upsertCredential(credential('one', 'x'), context()).catch((caught) => caught);
    expect(error).toMatchObject({
      name: 'PamError',
      fault: { operation: 'Upsert', kind: 'credential', ...sees },
    });
    expect(wasNotApplied(error.fault)).toBe(certain);
    expect(core.store.credential('one') !== undefined).toBe(applied);
    expect(core.journal.calls({ template: 'C4' })).toHaveLength(1);
  });

  it('devices that PAM could not assign', async () => {
    const core = await start();
    core.faults.add({ kind: 'devices-error', hostnames: ['nowhere'], match: { path: 'K1' } });
    expect(await clientOf(core).upsertKey(key('k'), context())).toMatchObject({
      devicesPartlyAssigned: true,
    });
  });

  it('a list that was cut is not complete', async () => {
    const core = await start({ switches: { listLimit: 1 } });
    for (const identifier of ['a', 'b'])
      core.store.seedCredential({ ...device, identifier, username: identifier });
    expect(await clientOf(core).list(context())).toMatchObject({ complete: false, entries: [{}] });
  });
});
