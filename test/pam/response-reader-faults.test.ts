import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/pam/response-reader.ts';
import { done, type Row, read, say } from './answer-row.ts';

describe('everything else', () => {
  const deep = '['.repeat(100_000);
  const rows: (Row & { signal: string })[] = [
    {
      because: 'HTTP 500 "not authorized" is permanent',
      status: 500,
      signal: 'notAuthorized',
      body: say('You are not authorized to access this resource.'),
    },
    {
      because: 'the same without period, in other cases',
      status: 400,
      signal: 'notAuthorized',
      body: say('you are NOT authorized  to access this resource'),
    },
    {
      because: 'the OAuth server refuses the client',
      status: 401,
      signal: 'clientAuthenticationFailed',
      operation: 'Token',
      body: {
        error: 'invalid_client',
        error_description: 'Client authentication failed',
        message: 'Client authentication failed',
      },
    },
    {
      because: 'only the OAuth name of that refusal',
      status: 401,
      signal: 'clientAuthenticationFailed',
      operation: 'Token',
      body: { error: 'invalid_client' },
    },
    {
      because: 'printed with "Error:" in front',
      status: 400,
      signal: 'clientAuthenticationFailed',
      operation: 'Token',
      body: { message: 'Error: Client authentication failed.' },
    },
    {
      because: 'Kong refuses a token',
      status: 401,
      signal: 'invalidSignature',
      body: { message: 'Invalid signature' },
    },
    {
      because: 'the same within the envelope',
      status: 403,
      signal: 'invalidSignature',
      body: say('Invalid signature'),
    },
    {
      because: 'Kong knows no route',
      status: 404,
      signal: 'noRouteMatched',
      body: { message: 'no Route matched with those values' },
    },
    {
      because: 'wrong path below the prefix',
      status: 404,
      signal: 'resourceNotFound',
      body: say('Resource sub not found'),
    },
    {
      because: 'PAM says that it timed out',
      status: 504,
      signal: 'requestTimedOut',
      body: { message: 'Request timed out.' },
    },
    {
      because: "PAM's own fault",
      status: 500,
      signal: 'unexpectedError',
      body: { ...say('Unexpected error'), exception: { code: 500, message: 'Check the index log' } },
    },
    {
      because: 'its text of 3.32',
      status: 500,
      signal: 'unexpectedError',
      body: say('Internal Server Error'),
    },
    {
      because: 'that text from something that is not PAM',
      status: 500,
      signal: 'httpStatus',
      body: { message: 'Internal Server Error' },
    },
    {
      because: "Kong's 502",
      status: 502,
      signal: 'httpStatus',
      body: { message: 'An invalid response was received from the upstream server' },
    },
    { because: 'a 502 in HTML', status: 502, signal: 'httpStatus', body: '<html>1007: x</html>' },
    { because: 'a redirect', status: 302, signal: 'httpStatus', body: '' },
    { because: 'a bare 401', status: 401, signal: 'httpStatus', body: '' },
    { because: 'a bare 403', status: 403, signal: 'httpStatus', body: 'Forbidden' },
    { because: 'a bare 429', status: 429, signal: 'httpStatus', body: '{}' },
    { because: '200 in HTML (a login page)', status: 200, signal: 'unreadable', body: '<html></html>' },
    { because: '200 without a body', status: 200, signal: 'unreadable', body: '' },
    { because: '200, cut off', status: 200, signal: 'unreadable', body: JSON.stringify(done).slice(0, -9) },
    { because: '200 with an array', status: 200, signal: 'unreadable', body: [done] },
    { because: '200 with null', status: 200, signal: 'unreadable', body: 'null' },
    {
      because: '200 with an object of somebody else',
      status: 200,
      signal: 'unreadable',
      body: { status: 'up' },
    },
    {
      because: '200 with a response that is no object',
      status: 200,
      signal: 'unreadable',
      body: { response: 'ok' },
    },
    {
      because: 'a token answer without a token',
      status: 200,
      signal: 'unreadable',
      operation: 'Token',
      body: { expires_in: 3600 },
    },
    { because: '200, still compressed', status: 200, signal: 'unreadable', body: gzipSync('{}') },
    { because: '200, nested 100,000 deep', status: 200, signal: 'unreadable', body: deep },
    { because: '400 in HTML', status: 400, signal: 'unreadable', body: '<html>Bad Request</html>' },
    { because: '404 in HTML', status: 404, signal: 'unreadable', body: '<html>404</html>' },
    {
      because: '400 with an unknown text',
      status: 400,
      signal: 'unknownText',
      body: say('Licence limit reached'),
    },
    { because: '400 with an object that says nothing', status: 400, signal: 'unknownText', body: {} },
    {
      because: '2xx with error: true and an unknown text',
      status: 201,
      signal: 'unknownText',
      body: say('Something else'),
    },
    {
      because: '2xx with erro: true',
      status: 201,
      signal: 'unknownText',
      body: { response: { mensagem: 'x', erro: true } },
    },
    {
      because: 'a number outside 1000-1999 is no business number',
      status: 400,
      signal: 'unknownText',
      body: say('2024: a year'),
    },
    {
      because: 'another tenant',
      status: 201,
      tenant: 'segura',
      signal: 'wrongTenant',
      body: { ...done, tenant: 'other' },
    },
    {
      because: 'another tenant beats a number',
      status: 400,
      tenant: 'segura',
      signal: 'wrongTenant',
      body: { ...say('1007: x'), tenant: 'other' },
    },
    {
      because: "a number in a gateway's text is not PAM's",
      status: 400,
      signal: 'unknownText',
      body: { message: '1007: x' },
    },
  ];
  it.each(rows)('$because', ({ signal, ...row }) => {
    expect(read(row)).toMatchObject({ ok: false, fault: { signal, httpStatus: row.status } });
  });
});

it('carries Retry-After whatever the fault', () => {
  const answer = readAnswer({
    operation: 'List',
    httpStatus: 429,
    retryAfter: '7',
    body: new Uint8Array(),
    now: new Date(0),
  });
  expect(answer).toEqual({
    ok: false,
    fault: { operation: 'List', signal: 'httpStatus', httpStatus: 429, retryAfterMs: 7000 },
  });
});
