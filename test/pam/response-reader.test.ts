import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/pam/response-reader.ts';
import { done, type Row, read, say } from './answer-row.ts';

describe('an answer that says success', () => {
  const rows: Row[] = [
    { because: '200 with the envelope', status: 200, body: done },
    { because: '201, for create and update alike', status: 201, body: done },
    { because: 'a 3.32 key create: 200 above a body with 201', status: 200, body: { ...done, code: 201 } },
    { because: '204 without a body', status: 204, body: '' },
    {
      because: 'the short form without code',
      status: 200,
      body: { response: { mensagem: 'x', erro: false } },
    },
    { because: 'a byte order mark in front', status: 200, body: `\uFEFF${JSON.stringify(done)}` },
    {
      because: 'repeated members of 3.32',
      status: 200,
      body: '{"response":{"message":"a","error":true,"message":"b","error":false}}',
    },
    {
      because: 'members named like the prototype',
      status: 200,
      body: '{"__proto__":{"error":true},"response":{"__proto__":{"error":true}}}',
    },
    {
      because: 'the tenant in other cases',
      status: 201,
      tenant: 'segura',
      body: { ...done, tenant: 'Segura' },
    },
    { because: 'no tenant in the answer', status: 201, tenant: 'segura', body: done },
    { because: 'a tenant where none is expected', status: 201, body: { ...done, tenant: 'Segura' } },
    { because: 'a token', status: 200, operation: 'Token', body: { access_token: 'x' } },
  ];
  it.each(rows)('$because', (row) => {
    expect(read(row)).toMatchObject({ ok: true, httpStatus: row.status });
  });
});

describe('a business number', () => {
  const rows: (Row & { code: number; saysAlready?: boolean })[] = [
    {
      because: 'modern: exception.code and message agree',
      status: 400,
      code: 1007,
      body: {
        ...say('1007: Credential not found'),
        exception: { code: 1007, message: '1007: Credential not found', detail: null },
      },
    },
    {
      because: 'exception.code wins over the message',
      status: 400,
      code: 1008,
      body: { ...say('1007: x'), exception: { code: 1008 } },
    },
    {
      because: 'exception.code as text',
      status: 400,
      code: 1008,
      body: { ...say('x'), exception: { code: '1008' } },
    },
    { because: 'message only, no space (S3)', status: 400, code: 1017, body: say('1017:Key inactive') },
    {
      because: 'mensagem only',
      status: 400,
      code: 1009,
      body: { response: { mensagem: '1009: No access to credential', erro: true } },
    },
    {
      because: 'Message only',
      status: 400,
      code: 1043,
      saysAlready: true,
      body: { response: { Message: '1043: Credential is already activated!', error: true } },
    },
    {
      because: 'exception.message only',
      status: 400,
      code: 1011,
      body: { exception: { message: '1011: Device not found' } },
    },
    {
      because: 'a stray quote after the number (1053)',
      status: 400,
      code: 1053,
      body: say('1053: "The identifier can only contain letters'),
    },
    {
      because: 'a stray quote before the number',
      status: 400,
      code: 1053,
      body: say('"1053: "The identifier'),
    },
    { because: 'white space around the number', status: 400, code: 1004, body: say('  1004 : The device') },
    {
      because: 'exception.code that repeats the status is no number of PAM',
      status: 500,
      code: 1007,
      body: { ...say('1007: x'), exception: { code: 500 } },
    },
    {
      because: '2xx with error: true is a failure',
      status: 200,
      code: 1011,
      body: say('1011: Device not found'),
    },
    {
      because: '2xx with a number but without error',
      status: 200,
      code: 1011,
      body: { response: { message: 'x' }, exception: { code: 1011 } },
    },
    {
      because: 'a number beats the status',
      status: 500,
      code: 1039,
      body: say('1039: Without PAM Configuration Access permission'),
    },
    { because: 'an unknown number', status: 400, code: 1999, body: say('1999: Whatever') },
    {
      because: '1017 that says already',
      status: 400,
      code: 1017,
      saysAlready: true,
      body: say('1017: Credential is already active'),
    },
  ];
  it.each(rows)('$because', ({ code, saysAlready, ...row }) => {
    const answer = read(row);
    expect(answer).toMatchObject({ ok: false, fault: { signal: 'code', code, httpStatus: row.status } });
    expect('fault' in answer && answer.fault.saysAlready).toBe(saysAlready);
  });
});

describe('for all bodies', () => {
  const statuses = fc.integer({ min: 100, max: 599 });
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((one) => Buffer.from(one)),
    fc
      .record(
        {
          response: fc.oneof(fc.jsonValue(), fc.record({ message: fc.jsonValue(), error: fc.jsonValue() })),
          exception: fc.oneof(fc.jsonValue(), fc.record({ code: fc.jsonValue(), message: fc.jsonValue() })),
          message: fc.jsonValue(),
          tenant: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map((one) => Buffer.from(JSON.stringify(one))),
  );

  it('never throws and has exactly one outcome', () => {
    fc.assert(
      fc.property(
        statuses,
        bodies,
        fc.option(fc.string(), { nil: undefined }),
        (httpStatus, body, retryAfter) => {
          const answer = readAnswer({
            operation: 'Upsert',
            kind: 'key',
            httpStatus,
            body,
            tenant: 'segura',
            now: new Date(0),
            ...(retryAfter !== undefined && { retryAfter }),
          });
          expect('json' in answer).toBe(answer.ok);
          expect('fault' in answer).toBe(!answer.ok);
          if (answer.ok) expect(httpStatus >= 200 && httpStatus < 300).toBe(true);
          else expect(answer.fault.code !== undefined).toBe(answer.fault.signal === 'code');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('copies none of its texts into a fault', () => {
    const mark = 'canary-1a2b';
    fc.assert(
      fc.property(statuses, fc.string(), (httpStatus, noise) => {
        const texts = { message: `${noise}${mark}`, error: mark, [mark]: mark };
        const answer = read({
          status: httpStatus,
          body: { ...texts, response: { ...texts, error: true }, exception: texts },
        });
        expect(answer.ok).toBe(false);
        expect(JSON.stringify(answer)).not.toContain(mark);
      }),
    );
  });
});
