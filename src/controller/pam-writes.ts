import type { AuditOutcome, AuditRecord } from '../core/audit-record.ts';
import { classify } from '../core/classify.ts';
import type { Failure } from '../core/failure.ts';
import { joinSignals } from '../core/join-signals.ts';
import type { PamCallContext } from '../core/pam-call.ts';
import { PamError, wasNotApplied } from '../core/pam-fault.ts';
import type { Session } from './connections.ts';
import type { ExecutionPorts, ExecutionSituation } from './execution-ports.ts';
import { Outdated } from './outdated.ts';
import { resourceKey } from './resource-claims.ts';
import { PRIORITY } from './workqueue.ts';

/** The PAM writes of one pass, each fenced by the Lease, audited, and timed for the freshness of later lists. */
export class PamWrites {
  /** Some write succeeded. */
  wrote = false;
  /** Monotonic time when the last one ended; absent when none was tried. */
  endedAtMs: number | undefined;
  /** Monotonic time of the last push whose answer never came. */
  unansweredAtMs: number | undefined;
  /**
   * The status says that a push is under way. It goes out although the process stops: left alone, nobody after us could
   * tell that it never did, and the next value would wait for it.
   */
  hasIntent = false;
  readonly #situation: ExecutionSituation;
  readonly #ports: ExecutionPorts;

  constructor(situation: ExecutionSituation, ports: ExecutionPorts) {
    this.#situation = situation;
    this.#ports = ports;
  }

  /** One PAM write: fenced, audited, and timed for the freshness of later lists. */
  async write<T>(
    operation: AuditRecord['operation'],
    target: { readonly identifier?: string; readonly id?: string; readonly withContent?: boolean },
    call: (context: PamCallContext, session: Session) => Promise<T>,
  ): Promise<T> {
    const { session, fence, signal, superseded, clock } = this.#ports;
    const { resource } = this.#situation;
    if (session === undefined) throw new Outdated();
    // Also one that only follows a POST: that may have enabled the record.
    const urgent = operation === 'Disable' && !resource.deleting;
    const circuitCall = { kind: 'write', by: resourceKey(resource), urgent } as const;
    if (!session.circuit.admits(circuitCall)) throw new Outdated();
    if (signal.aborted || !fence(session.requestTimeoutMs)) throw new Outdated();
    // A pass that has written comes to its end: half a creation would wait for the next process.
    const hasBegun = this.hasIntent || this.endedAtMs !== undefined;
    const stopping = hasBegun || operation === 'Disable' ? undefined : this.#ports.stopping;
    if (stopping?.aborted === true) throw new Outdated();
    const ending = joinSignals(signal, session.signal);
    const endsWait = joinSignals(superseded, stopping);
    const requestId = this.#ports.newRequestId();
    const context: PamCallContext = {
      signal: ending.signal,
      superseded: endsWait.signal,
      requestId,
      // What else a pass of the disables' lane writes must not stand before another resource's disable.
      priority:
        operation === 'Disable' ? PRIORITY.disable : Math.min(this.#ports.priority, PRIORITY.deletion),
    };
    let isTried = true;
    const startedAtMs = clock.monotonicMs();
    const audit = (outcome: AuditOutcome, error?: PamError, reason?: string) =>
      this.#audit(operation, target, requestId, clock.monotonicMs() - startedAtMs, outcome, error, reason);
    try {
      const result = await session.circuit.guard(
        circuitCall,
        (isAdmitted) =>
          call({ ...context, mayStart: () => fence(session.requestTimeoutMs) && isAdmitted() }, session),
        (error) => this.classify(error),
      );
      this.wrote = true;
      audit('Applied');
      return result;
    } catch (error) {
      if (!(error instanceof PamError)) throw error;
      const { signal: why, unsent } = error.fault;
      // Given up while it waited: no write was tried, so none is told of.
      isTried = why !== 'aborted' || unsent !== true;
      if (!isTried) throw error;
      if (target.withContent === true && !wasNotApplied(error.fault))
        this.unansweredAtMs = clock.monotonicMs();
      audit(wasNotApplied(error.fault) ? 'Refused' : 'Unknown', error, this.classify(error).reason);
      throw error;
    } finally {
      if (isTried) this.endedAtMs = clock.monotonicMs();
      ending.release();
      endsWait.release();
    }
  }

  /** What a fault of PAM means for this resource. */
  classify(error: PamError): Failure {
    const { resource, declared } = this.#situation;
    const namesOwner =
      resource.kind === 'credential' && resource.spec.additionalSettings?.userCredentialOwner !== undefined;
    const { hostname, ip } = declared;
    return classify(error.fault, {
      kind: resource.kind,
      hostname,
      ip,
      namesOwner,
      waitSeconds: this.#ports.waitSeconds,
    });
  }

  #audit(
    operation: AuditRecord['operation'],
    target: { readonly identifier?: string; readonly id?: string; readonly withContent?: boolean },
    requestId: string,
    durationMs: number,
    outcome: AuditOutcome,
    error?: PamError,
    reason?: string,
  ): void {
    const { metadata, resourceKind, spec } = this.#situation.resource;
    const { hostname, username } = this.#situation.declared;
    const { code, httpStatus } = error?.fault ?? {};
    const { lastEditor } = metadata as { readonly lastEditor?: string };
    this.#ports.audit({
      kind: resourceKind,
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      generation: metadata.generation,
      ...(lastEditor !== undefined && { editor: lastEditor }),
      connection: spec.connection ?? 'default',
      operation,
      ...target,
      hostname,
      username,
      outcome,
      ...(code !== undefined && { code }),
      ...(httpStatus !== undefined && { httpStatus }),
      ...(reason !== undefined && { reason }),
      requestId,
      durationMs: Math.round(durationMs),
    });
  }
}
