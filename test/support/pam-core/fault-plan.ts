import { type Answer, htmlAnswer, jsonAnswer } from './answer.ts';
import { notAuthorizedAnswer, numberedAnswer, successAnswer, unexpectedErrorAnswer } from './envelope.ts';
import type { Fault } from './fault.ts';
import { isJsonObject } from './json-value.ts';
import type { PamCall } from './pam-call.ts';
import { refusalText } from './refusal.ts';
import type { Switches } from './switches.ts';

/** How an answer leaves the server. */
export type Delivery =
  | { readonly by: 'answer'; readonly answer: Answer }
  | { readonly by: 'hang' }
  | { readonly by: 'reset' }
  | { readonly by: 'cut'; readonly answer: Answer }
  | { readonly by: 'drip'; readonly answer: Answer; readonly ms: number; readonly bytes: number }
  | { readonly by: 'flood'; readonly bytes: number };

export type Plan =
  /** The call is applied, then its own answer is spoilt. */
  | { readonly commits: true; readonly deliver: (own: Answer) => Delivery }
  /** The call is not applied, or only `lateMs` after the answer. */
  | { readonly commits: false; readonly delivery: Delivery; readonly lateMs?: number };

/** What a fault does to a call. A delay is no plan: it only takes time. */
export function planOf(fault: Exclude<Fault, { kind: 'delay' }>, call: PamCall, switches: Switches): Plan {
  const page = call.template;
  switch (fault.kind) {
    case 'hang-before-commit':
      return { commits: false, delivery: { by: 'hang' } };
    case 'hang-after-commit':
      return { commits: true, deliver: () => ({ by: 'hang' }) };
    case 'late-commit':
      return { ...instead(gatewayTimeout()), lateMs: fault.ms };
    case 'reset-before-commit':
      return { commits: false, delivery: { by: 'reset' } };
    case 'reset-after-commit':
      return { commits: true, deliver: () => ({ by: 'reset' }) };
    case 'rate-limited':
      return instead(gatewayAnswer(429, 'API rate limit exceeded', fault.retryAfter));
    case 'unexpected-error':
      return instead(unexpectedErrorAnswer(switches, page));
    case 'unexpected-error-after-commit':
      return afterwards(() => unexpectedErrorAnswer(switches, page));
    case 'not-authorized':
      return instead(notAuthorizedAnswer(switches, page));
    case 'bad-gateway-html':
      return instead(htmlAnswer(502, '502 Bad Gateway'));
    case 'bad-gateway-html-after-commit':
      return afterwards(() => htmlAnswer(502, '502 Bad Gateway'));
    case 'service-unavailable':
      return instead(gatewayAnswer(503, 'failure to get a peer from the ring-balancer', fault.retryAfter));
    case 'gateway-timeout':
      return instead(gatewayTimeout());
    case 'gateway-timeout-after-commit':
      return afterwards(gatewayTimeout);
    case 'html-200':
      return instead(htmlAnswer(200, 'Sign in'));
    case 'truncated-json':
      return afterwards((own) => ({ ...own, body: own.body.slice(0, Math.ceil(own.body.length / 2)) }));
    case 'cut-body':
      return { commits: true, deliver: (answer) => ({ by: 'cut', answer }) };
    case 'empty-body':
      return afterwards((own) => ({ ...own, body: '' }));
    case 'error-in-success': {
      const status = call.method === 'POST' ? 201 : 200;
      return instead(successAnswer(switches, page, status, 'Not possible now', {}, { error: true }));
    }
    case 'devices-error':
      return afterwards((own) => withDevicesError(own, fault.hostnames));
    case 'numbered-error':
      return instead(
        numberedAnswer(
          switches,
          page,
          fault.code,
          fault.message ?? refusalText(fault.code) ?? 'Unknown fault',
        ),
      );
    case 'redirect':
      return instead({
        ...htmlAnswer(fault.status ?? 302, 'Moved'),
        headers: { 'content-type': 'text/html', location: fault.location },
      });
    case 'slow-body':
      return {
        commits: true,
        deliver: (answer) => ({ by: 'drip', answer, ms: fault.ms, bytes: fault.bytes ?? 1 }),
      };
    case 'oversized-body':
      return { commits: false, delivery: { by: 'flood', bytes: fault.bytes } };
    case 'echo-request':
      return instead(echo(call, fault.status ?? 500));
    case 'answer': {
      const { status, headers = { 'content-type': 'application/json' }, body = '' } = fault;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const fixed = { status, headers, body: text, code: undefined, applied: false };
      return fault.applied === true ? afterwards(() => fixed) : instead(fixed);
    }
    default:
      return fault satisfies never;
  }
}

function instead(answer: Answer): Extract<Plan, { commits: false }> {
  return { commits: false, delivery: { by: 'answer', answer } };
}

function afterwards(spoil: (own: Answer) => Answer): Plan {
  return { commits: true, deliver: (own) => ({ by: 'answer', answer: spoil(own) }) };
}

function gatewayAnswer(status: number, message: string, retryAfter?: string): Answer {
  const headers = { 'content-type': 'application/json' };
  const more = retryAfter === undefined ? headers : { ...headers, 'retry-after': retryAfter };
  return jsonAnswer(status, JSON.stringify({ message }), { headers: more });
}

function gatewayTimeout(): Answer {
  return gatewayAnswer(504, 'The upstream server is timing out');
}

function withDevicesError(own: Answer, hostnames: readonly string[]): Answer {
  const body: unknown = JSON.parse(own.body);
  if (!isJsonObject(body) || !isJsonObject(body.key)) return own;
  body.key.devices_error = hostnames.map((hostname) => ({ hostname }));
  return { ...own, body: JSON.stringify(body) };
}

function echo(call: PamCall, status: number): Answer {
  const request = { headers: { ...call.headers }, body: call.rawBody };
  const message = `Unexpected error near ${JSON.stringify(request)}`;
  const response = { status, message, error: true, error_code: 1, detail: call.rawBody, mensagem: message };
  return jsonAnswer(status, JSON.stringify({ code: status, response, exception: { code: status, message } }));
}
