import type { Dispatcher } from 'undici';
import { KubeError, type KubeFault, type KubeVerb } from '../core/kube-error.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import type { KubeTls } from './kube-access.ts';
import { createKubeAgents, type KubeAgents, type KubeLane, tlsFingerprint } from './kube-agents.ts';
import type {
  KubeAnswer,
  KubeClient,
  KubeExchange,
  KubeRequest,
  KubeStream,
  KubeWatchRequest,
} from './kube-client.ts';
import type { KubeConnection } from './kube-config.ts';
import type { LastQuestion } from './last-question.ts';
import { orAborted } from './or-aborted.ts';
import { pause } from './pause.ts';
import { createRequestPace, type RequestPaceOptions } from './request-pace.ts';
import { readRetryAfter } from './retry-after.ts';
import { statusReason, transportSignal } from './transport-fault.ts';

export interface KubeClientOptions {
  readonly connection: KubeConnection;
  /** `pam-operator/<version>` */
  readonly userAgent?: string;
  readonly onRequest?: (exchange: KubeExchange) => void;
  /** Before a call is repeated; `code` as in {@link KubeExchange}. */
  readonly onRetry?: (retry: Pick<KubeExchange, 'verb' | 'code' | 'host'>) => void;
  /** Default: no limit. */
  readonly pace?: RequestPaceOptions;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const MAX_RETRIES = 3;
/** Between two attempts of a GET whose connection failed; an API server that restarts needs seconds, the queue waits those. */
const RECONNECT_MS = 200;

const VERBS: Readonly<Record<KubeRequest['method'], KubeVerb>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** @returns a client that opens connections on demand; {@link KubeClient.close} ends it. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const { connection, userAgent = 'pam-operator', onRequest } = options;
  const host = new URL(connection.origin).host;
  const closed = new AbortController();
  const pace = createRequestPace(options.pace ?? { qps: 0, burst: 0 }, () => performance.now());
  let agents: KubeAgents | undefined;
  let agentsTls: KubeTls | undefined;

  interface Exchange {
    readonly lane: KubeLane;
    readonly method: KubeRequest['method'];
    readonly verb: KubeVerb;
    readonly resource: string | undefined;
    readonly path: string;
    readonly query: KubeRequest['query'];
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | null;
    readonly mayStart?: KubeRequest['mayStart'];
    readonly idleLimitMs: number;
    readonly deadline: Pick<Deadline, 'signal' | 'cause'>;
  }

  async function exchange(asked: Exchange): Promise<Dispatcher.ResponseData> {
    const { lane, method, verb, deadline } = asked;
    const { headers, tls } = await connection.access().catch(() => {
      throw failure(asked, { signal: 'credentials' });
    });
    // The caller may have given up while a credential plugin ran.
    if (deadline.signal.aborted) throw failure(asked, { signal: deadline.cause() ?? 'aborted' });
    // The material is the same object until it is read again, so the comparison costs nothing on most calls.
    if (agents === undefined || (tls !== agentsTls && agents.fingerprint !== tlsFingerprint(tls))) {
      agents?.retire();
      agents = createKubeAgents(tls, connection.proxyUrl);
    }
    agentsTls = tls;
    const startedAt = performance.now();
    let code = '<error>';
    try {
      const options: Dispatcher.RequestOptions & LastQuestion = {
        origin: connection.origin,
        path: connection.pathPrefix + asked.path + queryText(asked.query),
        method,
        headers: { 'user-agent': userAgent, ...asked.headers, ...headers },
        body: asked.body,
        signal: deadline.signal,
        headersTimeout: asked.idleLimitMs,
        bodyTimeout: asked.idleLimitMs,
        ...(asked.mayStart !== undefined && { mayStart: asked.mayStart }),
      };
      const response = await orAborted(agents.lanes[lane].request(options), deadline.signal);
      code = String(response.statusCode);
      return response;
    } catch (error) {
      throw failure(asked, { signal: deadline.cause() ?? transportSignal(error) });
    } finally {
      const durationMs = performance.now() - startedAt;
      const { resource } = asked;
      onRequest?.({ verb, method, code, host, durationMs, ...(resource !== undefined && { resource }) });
    }
  }

  async function attempt(request: KubeRequest, deadline: Deadline): Promise<KubeAnswer> {
    const { method, contentType = 'application/json', accept = 'application/json' } = request;
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    const asked: Exchange = {
      lane: request.lane ?? 'api',
      method,
      verb: request.verb ?? VERBS[method],
      resource: request.resource,
      path: request.path,
      query: request.query,
      headers: body === null ? { accept } : { accept, 'content-type': contentType },
      body,
      idleLimitMs: 0,
      deadline,
      ...(request.mayStart !== undefined && { mayStart: request.mayStart }),
    };
    if (asked.lane !== 'lease') await pace(deadline.signal);
    const response = await exchange(asked);
    const status = response.statusCode;
    let text: string;
    try {
      text = await response.body.text();
    } catch (error) {
      throw failure(asked, { signal: deadline.cause() ?? transportSignal(error) });
    }
    const answer = readJson(text);
    const wait = readRetryAfter(response.headers['retry-after'], new Date());
    const isExpected = (status >= 200 && status < 300) || request.expected?.includes(status) === true;
    if (!isExpected) throw httpFailure(asked, status, answer?.value, wait);
    // Intermediaries answer expected 404s in HTML; a success that is no JSON cannot be used.
    if (answer === undefined && status < 300) throw failure(asked, { signal: 'unreadable' });
    return { status, body: answer?.value, ...(wait !== undefined && { retryAfterMs: wait }) };
  }

  async function request(asked: KubeRequest): Promise<KubeAnswer> {
    const deadline = startDeadline(asked.timeoutMs ?? DEFAULT_TIMEOUT_MS, asked.signal);
    const onClose = () => deadline.abort();
    closed.signal.addEventListener('abort', onClose, { once: true });
    if (closed.signal.aborted) onClose();
    try {
      for (let retries = 0, renewed = false; ; ) {
        try {
          return await attempt(asked, deadline);
        } catch (error) {
          if (!(error instanceof KubeError)) throw error;
          if (error.fault.status === 401 && !renewed) {
            // A rotated token: nothing was done, so the same call may go out once more.
            renewed = true;
            connection.renew();
            continue;
          }
          const waitMs = retryWaitMs(error.fault, asked.method);
          if (waitMs === undefined || retries >= MAX_RETRIES || waitMs >= deadline.remainingMs()) throw error;
          retries += 1;
          const code = error.fault.status === undefined ? '<error>' : String(error.fault.status);
          options.onRetry?.({ verb: error.fault.verb, code, host });
          if (!(await pause(waitMs, deadline.signal))) {
            const { verb, resource } = error.fault;
            throw failure({ verb, resource }, { signal: deadline.cause() ?? 'aborted' });
          }
        }
      }
    } finally {
      closed.signal.removeEventListener('abort', onClose);
      deadline.end();
    }
  }

  async function watch(asked: KubeWatchRequest): Promise<KubeStream> {
    const ended = new AbortController();
    const close = () => ended.abort();
    const signal = AbortSignal.any([asked.signal, closed.signal, ended.signal]);
    const open: Exchange = {
      lane: 'watch',
      method: 'GET',
      verb: 'watch',
      resource: asked.resource,
      path: asked.path,
      query: { ...asked.query, watch: 1 },
      headers: { accept: asked.accept ?? 'application/json' },
      body: null,
      idleLimitMs: asked.idleLimitMs,
      deadline: { signal, cause: () => (signal.aborted ? 'aborted' : undefined) },
    };
    const response = await exchange(open);
    const status = response.statusCode;
    if (status !== 200) {
      const text = await response.body.text().catch(() => '');
      close();
      if (status === 401) connection.renew();
      const wait = readRetryAfter(response.headers['retry-after'], new Date());
      throw httpFailure(open, status, readJson(text)?.value, wait);
    }
    return { chunks: readChunks(response.body, open), close };
  }

  return {
    request,
    watch,
    close: async () => {
      closed.abort();
      await agents?.destroy();
      agents = undefined;
    },
  };
}

async function* readChunks(
  body: AsyncIterable<Uint8Array>,
  asked: { verb: KubeVerb; resource: string | undefined; deadline: Pick<Deadline, 'cause'> },
): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw failure(asked, { signal: asked.deadline.cause() ?? transportSignal(error) });
  }
}

/** Only what the server asks for itself, and reads whose connection failed: anything else is the queue's to retry. */
function retryWaitMs(fault: KubeFault, method: KubeRequest['method']): number | undefined {
  if (fault.status === 429 || fault.status === 503) return fault.retryAfterMs;
  return fault.signal === 'unreachable' && method === 'GET' ? RECONNECT_MS : undefined;
}

function failure(
  asked: { verb: KubeVerb; resource: string | undefined },
  fault: Omit<KubeFault, 'verb' | 'resource'>,
): KubeError {
  const { verb, resource } = asked;
  return new KubeError({ verb, ...(resource !== undefined && { resource }), ...fault });
}

function httpFailure(
  asked: { verb: KubeVerb; resource: string | undefined },
  status: number,
  body: unknown,
  retryAfterMs: number | undefined,
): KubeError {
  const reason = statusReason(body);
  return failure(asked, {
    signal: 'http',
    status,
    ...(reason !== undefined && { reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function readJson(text: string): { readonly value: unknown } | undefined {
  if (text === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function queryText(query: KubeRequest['query']): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) pairs.set(name, String(value));
  }
  const text = pairs.toString();
  return text === '' ? '' : `?${text}`;
}
