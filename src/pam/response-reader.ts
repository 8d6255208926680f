import type { PamFault, PamOperation, PamSignal } from '../core/pam-fault.ts';
import type { RecordKind } from '../core/record-kind.ts';
import { saysServerFault, signalOfTexts } from './error-texts.ts';
import { asObject, type JsonObject, member, text } from './json-value.ts';
import { parseRetryAfter } from './retry-after.ts';

/** One complete HTTP answer and what it is the answer to. */
export interface AnswerToRead {
  readonly operation: PamOperation;
  readonly kind?: RecordKind;
  readonly httpStatus: number;
  readonly retryAfter?: string;
  /** The server's `Date` header. */
  readonly date?: string;
  readonly body: Uint8Array;
  /** Where set, an answer that names another tenant is a fault. */
  readonly tenant?: string;
  readonly now: Date;
}

/** Either PAM did it, with what it said, or a fault that is safe to print. */
export type ReadAnswer =
  | { readonly ok: true; readonly json: JsonObject; readonly httpStatus: number }
  | { readonly ok: false; readonly fault: PamFault };

/** Statuses that mean something without a readable body; the others need one. */
const tellingStatuses: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/**
 * Reads an answer of PAM Core, of its token endpoint or of the gateway in front of it. Total: never throws,
 * and never copies a text of the body into its outcome.
 *
 * | status | body | outcome |
 * |---|---|---|
 * | any | names another tenant | wrongTenant |
 * | 204 | empty | ok |
 * | 2xx | envelope (or token) without `error: true` and without a business number | ok |
 * | any | business number 1000-1999 | code |
 * | any | a documented text | its signal |
 * | 500 | envelope with "Unexpected error" | unexpectedError |
 * | 3xx 401 403 408 429 5xx | anything else | httpStatus |
 * | any | no JSON object, or a 2xx without an envelope | unreadable |
 * | any | any other object | unknownText |
 */
export function readAnswer(answer: AnswerToRead): ReadAnswer {
  const { httpStatus } = answer;
  const isSuccess = httpStatus >= 200 && httpStatus < 300;
  if (httpStatus === 204 && answer.body.length === 0) return { ok: true, json: {}, httpStatus };

  const json = parseObject(answer.body);
  if (json === undefined) return refuse(answer, saysItself(httpStatus) ? 'httpStatus' : 'unreadable');

  const tenant = text(json, 'tenant');
  if (answer.tenant !== undefined && tenant !== undefined && !sameTenant(tenant, answer.tenant)) {
    return refuse(answer, 'wrongTenant');
  }

  const response = asObject(member(json, 'response'));
  const envelopeTexts = textsOf(json, response);
  const code = businessCode(json, envelopeTexts);
  if (isSuccess && code === undefined && !saysError(response)) {
    const expected = answer.operation === 'Token' ? text(json, 'access_token') : response;
    if (expected !== undefined) return { ok: true, json, httpStatus };
  }

  if (code !== undefined) {
    const saysAlready = envelopeTexts.some((one) => /\balready\b/i.test(one));
    return refuse(answer, 'code', { code, ...(saysAlready && { saysAlready }) });
  }
  const texts = [...envelopeTexts, ...gatewayTexts(json)];
  const documented = signalOfTexts(texts);
  if (documented !== undefined) return refuse(answer, documented);
  if (httpStatus === 500 && response !== undefined && saysServerFault(texts)) {
    return refuse(answer, 'unexpectedError');
  }
  if (saysItself(httpStatus)) return refuse(answer, 'httpStatus');
  return refuse(answer, isSuccess && !saysError(response) ? 'unreadable' : 'unknownText');
}

function refuse(
  { operation, kind, httpStatus, retryAfter, date, now }: AnswerToRead,
  signal: PamSignal,
  detail: { readonly code?: number; readonly saysAlready?: boolean } = {},
): ReadAnswer {
  const retryAfterMs = parseRetryAfter(retryAfter, date, now);
  return {
    ok: false,
    fault: {
      operation,
      ...(kind !== undefined && { kind }),
      signal,
      httpStatus,
      ...detail,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  };
}

function saysItself(httpStatus: number): boolean {
  return (httpStatus >= 300 && httpStatus < 400) || httpStatus >= 500 || tellingStatuses.has(httpStatus);
}

/** The decoder drops a byte order mark; `JSON.parse` keeps the last of repeated members, as 3.32 needs. */
function parseObject(body: Uint8Array): JsonObject | undefined {
  try {
    return asObject(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return undefined;
  }
}

/** The envelope's message under its three names, then the exception's. */
function textsOf(json: JsonObject, response: JsonObject | undefined): string[] {
  const exception = asObject(member(json, 'exception'));
  return [
    text(response, 'message'),
    text(response, 'Message'),
    text(response, 'mensagem'),
    text(exception, 'message'),
  ].filter((one) => one !== undefined);
}

/** Kong and the OAuth 2.0 server answer without the envelope. */
function gatewayTexts(json: JsonObject): string[] {
  return [text(json, 'message'), text(json, 'error_description'), text(json, 'error')].filter(
    (one) => one !== undefined,
  );
}

/** `exception.code`, else the digits in front of a message: `1017:Key`, `1017: Key`, `"1053: "The`. */
function businessCode(json: JsonObject, envelopeTexts: readonly string[]): number | undefined {
  const stated = member(asObject(member(json, 'exception')), 'code');
  const number = typeof stated === 'string' && /^\d{4}$/.test(stated) ? Number(stated) : stated;
  if (isBusinessCode(number)) return number;
  for (const one of envelopeTexts) {
    const digits = /^\s*"?(\d{4})\s*:/.exec(one)?.[1];
    if (digits !== undefined && isBusinessCode(Number(digits))) return Number(digits);
  }
  return undefined;
}

function isBusinessCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1000 && value <= 1999;
}

/** `error` and its Portuguese double; old releases may send them as text or number. */
function saysError(response: JsonObject | undefined): boolean {
  return ['error', 'erro'].some((name) => {
    const value = member(response, name);
    return value === true || value === 'true' || value === 1 || value === '1';
  });
}

function sameTenant(answered: string, expected: string): boolean {
  return answered.trim().toLowerCase() === expected.trim().toLowerCase();
}
