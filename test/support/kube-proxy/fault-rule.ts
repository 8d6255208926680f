import type { WatchFault } from './watch-relay.ts';

/** A call that passed through the proxy. */
export interface ProxiedCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
}

/** Which calls a rule is for; what is absent matches everything. */
export interface CallMatch {
  readonly method?: string;
  readonly path?: RegExp;
  readonly isWatch?: boolean;
  /** A page after the first one. */
  readonly isContinued?: boolean;
  /** A watch that begins with all objects. */
  readonly isStreamedList?: boolean;
}

/** What happens to a call. Without a fault it is forwarded untouched. */
export interface FaultRule {
  readonly match: CallMatch;
  /** How often; absent: always. */
  readonly times?: number;
  /** Before anything else. */
  readonly delayMs?: number;
  /** Never answered, never forwarded. */
  readonly hang?: boolean;
  /** Connection reset, not forwarded. */
  readonly reset?: boolean;
  /** Forwarded and applied, then the connection is reset instead of the answer. */
  readonly loseAnswer?: boolean;
  /** Answered by the proxy itself; `lines` is the body of a watch. */
  readonly answer?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly lines?: readonly string[];
  };
  /** Forwarded, with a fault in its stream. */
  readonly watch?: WatchFault;
}

/** Whether the rule is for this call. */
export function matches(match: CallMatch, call: ProxiedCall): boolean {
  return (
    (match.method === undefined || match.method === call.method) &&
    (match.path === undefined || match.path.test(call.path)) &&
    (match.isWatch === undefined || match.isWatch === call.isWatch) &&
    (match.isContinued === undefined || match.isContinued === call.query.has('continue')) &&
    (match.isStreamedList === undefined || match.isStreamedList === call.query.has('sendInitialEvents'))
  );
}

/** A Status object as the API server answers it. */
export function statusBody(code: number, reason: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `injected ${reason}` };
}

/** The line by which an API server ends a watch. */
export function errorEvent(code: number): string {
  return JSON.stringify({ type: 'ERROR', object: statusBody(code, code === 410 ? 'Expired' : 'Injected') });
}
