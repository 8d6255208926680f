/** What was asked of the API server; the words of Kubernetes RBAC. */
export type KubeVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** What the adapter saw when a request to the API server failed. */
export type KubeSignal =
  /** No complete answer within the deadline. */
  | 'timeout'
  /** Refused, reset, DNS failure: no answer. */
  | 'unreachable'
  /** The caller's abort signal (lease lost, shutdown). */
  | 'aborted'
  /** Certificate or handshake refused. */
  | 'tls'
  /** An answer with a status of 300 and more; see {@link KubeFault.status}. */
  | 'http'
  /** A 2xx that is no JSON, or a watch that holds a line which is none. */
  | 'unreadable'
  /** The kubeconfig's credentials could not be obtained: a file is gone, a plugin failed. */
  | 'credentials';

/** A failed request to the API server, reduced to facts that are safe to print. */
export interface KubeFault {
  readonly verb: KubeVerb;
  /** Plural of the resource, such as `secrets`; absent where the caller named none. */
  readonly resource?: string;
  /** HTTP status; absent when there was no answer. */
  readonly status?: number;
  /** `reason` of the answer's Status object (`NotFound`, `AlreadyExists`, ...): letters only, else dropped. */
  readonly reason?: string;
  readonly signal: KubeSignal;
  /** `Retry-After` in milliseconds, from seconds or a date, capped at 15 min; absent when none was sent. */
  readonly retryAfterMs?: number;
}

/** The only error that leaves `src/kube`: no cause, no URL, no headers, no body. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly fault: KubeFault;

  constructor(fault: KubeFault) {
    super(describe(fault));
    this.fault = fault;
  }
}

/** Whether `error` is a {@link KubeError} with this HTTP status. */
export function isKubeStatus(error: unknown, status: number): error is KubeError {
  return error instanceof KubeError && error.fault.status === status;
}

function describe({ verb, resource, status, reason, signal }: KubeFault): string {
  const target = resource === undefined ? verb : `${verb} ${resource}`;
  if (status === undefined) return `${target}: ${signal}`;
  return reason === undefined ? `${target}: HTTP ${status}` : `${target}: HTTP ${status} ${reason}`;
}
