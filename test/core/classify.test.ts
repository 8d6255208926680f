import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { classify, type Subject } from '../../src/core/classify.ts';
import type { PamFault, PamOperation, PamSignal } from '../../src/core/pam-fault.ts';
import { wasNotApplied } from '../../src/core/pam-fault.ts';

const OPERATIONS = ['Upsert', 'Enable', 'Disable'] as const;
const KINDS = ['credential', 'key'] as const;
const subject: Subject = { kind: 'credential', hostname: 'w2016', ip: '10.66.33.15' };

/** Reason by number, where the vendor's pages document it; everything else is `PamRejected`. */
const DOCUMENTED: Readonly<Record<number, { reason: string; on: string; of: string }>> = {
  1004: { reason: 'PamValidationFailed', on: 'Upsert', of: 'credential key' },
  1005: { reason: 'PamValidationFailed', on: 'Upsert', of: 'credential key' },
  1007: { reason: 'RecordNotFound', on: 'Upsert Enable', of: 'credential' },
  1009: { reason: 'AccessNotGranted', on: 'Upsert Enable Disable', of: 'credential key' },
  1010: { reason: 'WrongRecordKind', on: 'Upsert Enable Disable', of: 'credential' },
  1011: { reason: 'DeviceNotFound', on: 'Upsert', of: 'credential key' },
  1013: { reason: 'PamValidationFailed', on: 'Upsert', of: 'key' },
  1014: { reason: 'PamValidationFailed', on: 'Upsert', of: 'key' },
  1015: { reason: 'RecordNotFound', on: 'Upsert Enable', of: 'key' },
  1016: { reason: 'WrongRecordKind', on: 'Upsert Enable Disable', of: 'key' },
  1029: { reason: 'DomainNotFound', on: 'Upsert', of: 'credential' },
  1039: { reason: 'PamPermissionDenied', on: 'Upsert Enable Disable', of: 'credential key' },
  1042: { reason: 'PamValidationFailed', on: 'Upsert', of: 'credential' },
  1046: { reason: 'PluginNotFound', on: 'Upsert', of: 'credential' },
  1047: { reason: 'PluginNotFound', on: 'Upsert', of: 'credential' },
  1052: { reason: 'Conflict', on: 'Upsert', of: 'credential' },
  1053: { reason: 'PamValidationFailed', on: 'Upsert', of: 'credential key' },
};

/** Numbers of the vendor's pages that are success, belong to other calls, or are not described at all. */
const OTHERS = [1000, 1002, 1008, 1017, 1018, 1019, 1022, 1023, 1026, 1043, 1044, 1045, 1049, 1054, 1999];

const numbered = [...Object.keys(DOCUMENTED).map(Number), ...OTHERS].flatMap((code) =>
  OPERATIONS.flatMap((operation) =>
    KINDS.map((kind) => {
      const row = DOCUMENTED[code];
      const expected = row?.on.includes(operation) && row.of.includes(kind);
      return { code, operation, kind, reason: row !== undefined && expected ? row.reason : 'PamRejected' };
    }),
  ),
);

describe('a numbered error', () => {
  it.each(numbered)('$code on $operation of a $kind is $reason', ({ code, operation, kind, reason }) => {
    const failure = classify(
      { operation, kind, signal: 'code', httpStatus: 400, code },
      { ...subject, kind },
    );
    expect(failure.reason).toBe(reason);
    expect(failure.retry).toBe(CATALOGUE[failure.reason].retry);
    expect(failure.message).toContain(`PAM Core error ${code} (`);
    expectReadable(failure.message);
    if (operation !== 'Upsert') expect(failure.message).not.toMatch(/`spec\.(device|username|identifier)/);
  });

  it('tells device and next try', () => {
    const fault: PamFault = {
      operation: 'Upsert',
      kind: 'credential',
      signal: 'code',
      httpStatus: 400,
      code: 1011,
    };
    expect(classify(fault, subject)).toEqual({
      reason: 'DeviceNotFound',
      retry: 'wait',
      waitSeconds: 600,
      message:
        'PAM Core error 1011 (device not found): register device w2016 (10.66.33.15) in PAM Core or correct `spec.device`. Next try in 10 min or on change.',
      fault,
    });
  });

  it('waits an hour for an administrator to grant access', () => {
    const fault: PamFault = { operation: 'Enable', kind: 'key', signal: 'code', httpStatus: 400, code: 1009 };
    const failure = classify(fault, { kind: 'key' });
    expect(failure).toMatchObject({ retry: 'wait', waitSeconds: 3600 });
    expect(failure.message).toContain('Next try in 1 h or on change.');
  });

  it('on a token is a fault of the connection, whatever the number', () => {
    const failure = classify({ operation: 'Token', signal: 'code', httpStatus: 400, code: 1039 }, {});
    expect(failure).toMatchObject({ reason: 'PamAuthenticationFailed', retry: 'gate' });
  });

  it('on the list is no fault of the resource that waits for it', () => {
    const failure = classify({ operation: 'List', signal: 'code', httpStatus: 400, code: 1039 }, {});
    expect(failure).toMatchObject({ reason: 'PamRejected', retry: 'backoff' });
  });
});

const signals: { because: string; signal: PamSignal; httpStatus?: number; reason: string; retry: string }[] =
  [
    { because: 'no answer in time', signal: 'timeout', reason: 'PamTimeout', retry: 'backoff' },
    {
      because: 'the text "Request timed out."',
      signal: 'requestTimedOut',
      httpStatus: 504,
      reason: 'PamTimeout',
      retry: 'backoff',
    },
    { because: '408', signal: 'httpStatus', httpStatus: 408, reason: 'PamTimeout', retry: 'backoff' },
    { because: 'refused, reset, DNS', signal: 'unreachable', reason: 'PamUnreachable', retry: 'backoff' },
    {
      because: 'ended by the operator itself',
      signal: 'aborted',
      reason: 'PamUnreachable',
      retry: 'backoff',
    },
    { because: 'TLS', signal: 'tls', reason: 'PamTlsFailed', retry: 'gate' },
    {
      because: 'not authorized, which PAM says with 500',
      signal: 'notAuthorized',
      httpStatus: 500,
      reason: 'PamNotAuthorized',
      retry: 'gate',
    },
    {
      because: 'client authentication',
      signal: 'clientAuthenticationFailed',
      httpStatus: 401,
      reason: 'PamAuthenticationFailed',
      retry: 'gate',
    },
    {
      because: 'invalid signature',
      signal: 'invalidSignature',
      httpStatus: 401,
      reason: 'PamAuthenticationFailed',
      retry: 'gate',
    },
    {
      because: 'bare 401',
      signal: 'httpStatus',
      httpStatus: 401,
      reason: 'PamAuthenticationFailed',
      retry: 'gate',
    },
    {
      because: 'bare 403',
      signal: 'httpStatus',
      httpStatus: 403,
      reason: 'PamAuthenticationFailed',
      retry: 'gate',
    },
    {
      because: 'the wrong tenant',
      signal: 'wrongTenant',
      httpStatus: 200,
      reason: 'PamAuthenticationFailed',
      retry: 'gate',
    },
    {
      because: 'no route',
      signal: 'noRouteMatched',
      httpStatus: 404,
      reason: 'PamPathNotFound',
      retry: 'gate',
    },
    {
      because: 'resource sub not found',
      signal: 'resourceNotFound',
      httpStatus: 404,
      reason: 'PamPathNotFound',
      retry: 'gate',
    },
    {
      because: 'a redirect',
      signal: 'httpStatus',
      httpStatus: 302,
      reason: 'PamPathNotFound',
      retry: 'gate',
    },
    { because: '429', signal: 'httpStatus', httpStatus: 429, reason: 'PamRateLimited', retry: 'backoff' },
    ...[500, 502, 503, 504, 507].map((httpStatus) => ({
      because: `${httpStatus}`,
      signal: 'httpStatus' as const,
      httpStatus,
      reason: 'PamUnavailable',
      retry: 'backoff',
    })),
    {
      because: 'unexpected error',
      signal: 'unexpectedError',
      httpStatus: 500,
      reason: 'PamUnavailable',
      retry: 'backoff',
    },
    {
      because: '200 that cannot be read',
      signal: 'unreadable',
      httpStatus: 200,
      reason: 'PamInvalidResponse',
      retry: 'backoff',
    },
    {
      because: '400 that cannot be read',
      signal: 'unreadable',
      httpStatus: 400,
      reason: 'PamInvalidResponse',
      retry: 'backoff',
    },
    {
      because: 'a text that no page describes',
      signal: 'unknownText',
      httpStatus: 400,
      reason: 'PamRejected',
      retry: 'stalled',
    },
  ];

describe('an answer without a number', () => {
  it.each(signals)('$because: $reason', ({ signal, httpStatus, reason, retry }) => {
    const fault = {
      operation: 'Upsert' as const,
      kind: 'credential' as const,
      signal,
      ...(httpStatus !== undefined && { httpStatus }),
    };
    const failure = classify(fault, subject);
    expect(failure).toMatchObject({ reason, retry, fault });
    expectReadable(failure.message);
  });

  it('names the owner as a suspect where the spec names one', () => {
    const fault: PamFault = {
      operation: 'Upsert',
      kind: 'credential',
      signal: 'unexpectedError',
      httpStatus: 500,
    };
    expect(classify(fault, { ...subject, namesOwner: true }).message).toContain('userCredentialOwner');
    expect(classify(fault, subject).message).not.toContain('userCredentialOwner');
    expect(
      classify({ ...fault, operation: 'Enable' }, { ...subject, namesOwner: true }).message,
    ).not.toContain('Owner');
  });

  it('is readable for every signal, operation and status', () => {
    const names: PamSignal[] = [...signals.map(({ signal }) => signal), 'code'];
    const operations: PamOperation[] = ['Token', 'List', ...OPERATIONS];
    for (const signal of names)
      for (const operation of operations)
        for (const httpStatus of [undefined, 200, 302, 400, 401, 404, 500])
          expectReadable(
            classify({ operation, signal, ...(httpStatus !== undefined && { httpStatus }) }, {}).message,
          );
  });
});

describe('whether a refused call certainly changed nothing', () => {
  const rows: { because: string; fault: Partial<PamFault>; expected: boolean }[] = [
    { because: 'a readable 4xx', fault: { signal: 'code', httpStatus: 400, code: 1011 }, expected: true },
    { because: '429', fault: { signal: 'httpStatus', httpStatus: 429 }, expected: true },
    { because: 'no token, so no call', fault: { operation: 'Token', signal: 'timeout' }, expected: true },
    { because: 'no answer', fault: { signal: 'timeout' }, expected: false },
    {
      because: 'a 4xx that cannot be read',
      fault: { signal: 'unreadable', httpStatus: 400 },
      expected: false,
    },
    { because: "a gateway's 502", fault: { signal: 'httpStatus', httpStatus: 502 }, expected: false },
    { because: "PAM's own 500", fault: { signal: 'unexpectedError', httpStatus: 500 }, expected: false },
    { because: '2xx with an error', fault: { signal: 'unknownText', httpStatus: 200 }, expected: false },
    { because: '408 is a timeout', fault: { signal: 'httpStatus', httpStatus: 408 }, expected: false },
    {
      because: 'so is its text, whatever the status',
      fault: { signal: 'requestTimedOut', httpStatus: 400 },
      expected: false,
    },
    { because: 'aborted', fault: { signal: 'aborted' }, expected: false },
    { because: 'given up in line', fault: { signal: 'aborted', unsent: true }, expected: true },
    { because: 'no connection, so no call', fault: { signal: 'unreachable', unsent: true }, expected: true },
  ];
  it.each(rows)('$because: $expected', ({ fault, expected }) => {
    expect(wasNotApplied({ operation: 'Upsert', signal: 'timeout', ...fault })).toBe(expected);
  });
});

/** One to three sentences, nothing that a program left behind. */
function expectReadable(message: string): void {
  expect(message).toMatch(/^[A-Z`].*\.$/);
  expect(message).not.toMatch(/undefined|NaN|null|\[object|\.\.|\s\s|: \./);
  const sentences = message.match(/\.(\s|$)/g)?.length ?? 0;
  expect(sentences).toBeGreaterThan(0);
  expect(sentences).toBeLessThanOrEqual(3);
}
