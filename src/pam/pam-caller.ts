import type { OAuth2Settings } from '../core/connection-settings.ts';
import { PamError, type PamOperation } from '../core/pam-fault.ts';
import type { RecordKind } from '../core/record-kind.ts';
import { type Authorizer, isAuthorizationFault } from './authorizer.ts';
import { createHttpTransport, type HttpCall } from './http-transport.ts';
import type { InventoryRow } from './inventory-reader.ts';
import { type CutRows, cutRows, type Rows } from './json-rows.ts';
import type { JsonObject } from './json-value.ts';
import { createOAuth1Authorizer } from './oauth1-authorizer.ts';
import { createOAuth2Authorizer, type FetchedToken } from './oauth2-authorizer.ts';
import type { PamConnectionSettings } from './pam-connection-settings.ts';
import { type ReadAnswer, readAnswer } from './response-reader.ts';
import { parseHttpDate } from './retry-after.ts';
import { readTokenAnswer } from './token-answer-reader.ts';

/** One call to PAM Core before it is authorized. */
export interface PamCall {
  readonly operation: PamOperation;
  readonly kind?: RecordKind;
  readonly method: HttpCall['method'];
  readonly url: URL;
  /** Sent as JSON. */
  readonly body?: JsonObject;
  /** The member of a large answer whose items are left unparsed, and those of the last answer, see {@link cutRows}. */
  readonly rowsIn?: { readonly member: string; readonly last: Rows<InventoryRow> | undefined };
}

/** Bounds of one call. */
interface PamCallBounds {
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** For everything that the call needs, its token and a second attempt included. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Asked right before the call is sent, each time: false ends it as aborted. */
  readonly mayStart?: () => boolean;
}

/** A successful answer. */
interface PamCallAnswer {
  readonly json: JsonObject;
  readonly httpStatus: number;
  /** Monotonic milliseconds at which the attempt that succeeded was sent. */
  readonly sentAtMs: number;
  /** How long the answer took to arrive, in milliseconds; reading it does not count. */
  readonly tookMs: number;
  /** Items of `rowsIn`; absent where there was no such member, which `json` then shows. */
  readonly rows: Rows<InventoryRow> | undefined;
}

/** Authorizes, sends and reads calls; throws {@link PamError} and nothing else. */
export interface PamCaller {
  call(call: PamCall, bounds: PamCallBounds): Promise<PamCallAnswer>;
  readonly clockSkewMs: number | undefined;
  close(): void;
}

interface Attempt extends Pick<PamCallAnswer, 'sentAtMs' | 'tookMs' | 'rows'> {
  readonly answer: ReadAnswer;
  readonly skewMs: number | undefined;
}

/** The one path by which anything is said to PAM Core, its token endpoint included. */
export function createPamCaller(settings: PamConnectionSettings): PamCaller {
  const { auth, clock, tenant, timeouts } = settings;
  const transport = createHttpTransport(settings);
  let clockSkewMs: number | undefined;
  const authorizer: Authorizer =
    auth.type === 'oauth2'
      ? createOAuth2Authorizer((signal) => fetchToken(auth, signal), clock)
      : createOAuth1Authorizer(auth, clock);

  async function attempt(call: PamCall, http: HttpCall): Promise<Attempt> {
    const { operation, kind } = call;
    const sentAtMs = clock.monotonicMs();
    const sent = await transport.send(http);
    const tookMs = clock.monotonicMs() - sentAtMs;
    let answer: ReadAnswer;
    let skewMs: number | undefined;
    let cut: CutRows<InventoryRow> | undefined;
    if ('signal' in sent) {
      answer = { ok: false, fault: { operation, ...(kind !== undefined && { kind }), ...sent } };
    } else {
      const { body, httpStatus, retryAfter, date } = sent;
      const now = clock.now();
      skewMs = skewOf(date, now);
      clockSkewMs = skewMs ?? clockSkewMs;
      const { rowsIn } = call;
      cut = rowsIn === undefined ? undefined : await cutRows(body, rowsIn.member, rowsIn.last);
      answer = readAnswer({
        operation,
        ...(kind !== undefined && { kind }),
        httpStatus,
        ...(retryAfter !== undefined && { retryAfter }),
        ...(date !== undefined && { date }),
        body: cut?.envelope ?? body,
        ...(tenant !== undefined && { tenant }),
        now,
      });
    }
    const httpStatus = sent.httpStatus;
    settings.onCall?.({
      operation,
      ...(kind !== undefined && { kind }),
      code: answer.ok ? 'ok' : String(answer.fault.code ?? answer.fault.signal),
      ...(httpStatus !== undefined && { httpStatus }),
      durationMs: tookMs,
    });
    return { answer, skewMs, sentAtMs, tookMs, rows: cut };
  }

  async function fetchToken(oauth2: OAuth2Settings, signal: AbortSignal): Promise<FetchedToken> {
    const url = new URL(settings.tokenUrl ?? `${settings.apiPrefix}/oauth2/token`, settings.url);
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: oauth2.clientId,
      client_secret: oauth2.clientSecret.reveal(),
      ...(tenant !== undefined && { tenant }),
    });
    const { answer } = await attempt(
      { operation: 'Token', method: 'POST', url },
      {
        method: 'POST',
        url,
        body: { contentType: 'application/x-www-form-urlencoded', text: form.toString() },
        timeoutMs: timeouts.requestMs,
        maxBytes: settings.maxResponseBytes,
        signal,
      },
    );
    if (!answer.ok) throw new PamError(answer.fault);
    const token = readTokenAnswer(answer.json);
    if (token !== undefined) return token;
    throw new PamError({ operation: 'Token', signal: 'unreadable', httpStatus: answer.httpStatus });
  }

  async function call(wanted: PamCall, { timeoutMs, ...bounds }: PamCallBounds): Promise<PamCallAnswer> {
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const text = wanted.body === undefined ? undefined : JSON.stringify(wanted.body);
    for (let isSecond = false; ; isSecond = true) {
      const authorization = await authorizer.authorize(wanted.method, wanted.url, {
        signal: bounds.signal,
        timeoutMs: deadlineMs - clock.monotonicMs(),
      });
      const { answer, skewMs, ...sent } = await attempt(wanted, {
        ...bounds,
        method: wanted.method,
        url: wanted.url,
        authorization: authorization.header,
        ...(text !== undefined && { body: { contentType: 'application/json', text } }),
        timeoutMs: deadlineMs - clock.monotonicMs(),
      });
      if (answer.ok) return { json: answer.json, httpStatus: answer.httpStatus, ...sent };
      if (isSecond || !isAuthorizationFault(answer.fault)) throw new PamError(answer.fault);
      // PAM said so itself, thus nothing was applied and a POST may be sent again too.
      if (!authorizer.refused(authorization, skewMs)) throw new PamError(answer.fault);
    }
  }

  return {
    call,
    get clockSkewMs() {
      return clockSkewMs;
    },
    close() {
      authorizer.close();
      transport.close();
    },
  };
}

function skewOf(date: string | undefined, now: Date): number | undefined {
  const theirs = parseHttpDate(date);
  return theirs === undefined ? undefined : theirs - now.getTime();
}
