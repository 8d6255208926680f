import type { ResourceKind } from '../controller/kubernetes.ts';
import type { KubeFault } from '../core/kube-error.ts';

/** A resource that kept its finalizers. */
export interface Unreleased {
  readonly kind: ResourceKind;
  /** Empty for a PamConnection. */
  readonly namespace: string;
  readonly name: string;
  readonly fault: KubeFault | 'conflict';
}

/** A human waits no longer than this for a sign of life. */
const PROGRESS_MS = 5000;
const PROGRESS_STEP = 200;
const MAX_NAMED = 5;

/** Says when a line of progress is due: every 200 resources, and after 5 s without one. */
export class ProgressPace {
  #toldMs: number;
  #told = 0;

  constructor(nowMs: number) {
    this.#toldMs = nowMs;
  }

  /** `done`: resources so far; `nowMs`: a monotonic time. */
  isDue(done: number, nowMs: number): boolean {
    if (done - this.#told < PROGRESS_STEP && nowMs - this.#toldMs < PROGRESS_MS) return false;
    this.#told = done;
    this.#toldMs = nowMs;
    return true;
  }
}

/** `pamcredential team-a/orders`, as kubectl takes it. */
export function nameOf({ kind, namespace, name }: Omit<Unreleased, 'fault'>): string {
  return `${kind.toLowerCase()} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** The line on stdout. */
export function summary(finalizers: number, resources: number, dryRun: boolean): string {
  const what = `${plural(finalizers, 'finalizer')} of ${plural(resources, 'resource')}`;
  return dryRun ? `Would release ${what}` : `Released ${what}`;
}

/** One sentence with the first names and the reasons; the command can be repeated. */
export function unreleasedSentence(unreleased: readonly Unreleased[], total: number): string {
  const named = unreleased
    .slice(0, MAX_NAMED)
    .map((resource) => `${nameOf(resource)} (${whyNot(resource.fault)})`);
  const more = unreleased.length - named.length;
  const list = [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return `${unreleased.length} of ${plural(total, 'resource')} could not be released: ${list}; remove the cause and run the command again.`;
}

/** Why a call to the API server failed, and what to look at. */
export function whyNot(fault: KubeFault | 'conflict'): string {
  if (fault === 'conflict') return 'somebody else kept changing it';
  const { verb, resource, signal, status, reason } = fault;
  if (status === 403) return `this user may not ${verb} ${resource ?? 'it'}`;
  if (status === 401) return 'the API server does not accept the credentials of the kubeconfig';
  if (status !== undefined)
    return `the API server answered HTTP ${status}${reason === undefined ? '' : ` ${reason}`}`;
  const words: Readonly<Record<typeof signal, string>> = {
    timeout: 'the API server did not answer in time',
    unreachable: 'the API server cannot be reached',
    aborted: 'the command was stopped',
    tls: 'the certificate of the API server was refused',
    http: 'the API server refused it',
    unreadable: 'the answer cannot be read',
    credentials: 'the credentials of the kubeconfig cannot be obtained',
  };
  return words[signal];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
