import type { Reason } from '../api/reason.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Failure } from './failure.ts';
import type { PamFault } from './pam-fault.ts';

/** A call as the state machine sees it. */
export interface CircuitCall {
  readonly kind: 'list' | 'write';
  /** The resource that it is for. A list serves all, so it has none of its own; asked for before one, it has. */
  readonly by?: string;
  /** It carries out `enabled: false`: it goes out in every state. */
  readonly urgent: boolean;
}

/** Consecutive failures without an answer, since the last answer that says otherwise. */
interface Run {
  readonly lists: number;
  /** Resources whose write failed, each once. */
  readonly writers: readonly string[];
}

interface Closed {
  readonly breaker: 'Closed';
  readonly run: Run;
}

interface Opened {
  readonly cause: Failure;
  readonly openedAtMs: number;
  /** Never probed with. Absent: a list opened it. */
  readonly openedBy?: string;
  /** The kind of call that failed: a list, or a write where lists work. */
  readonly probeKind: CircuitCall['kind'];
  readonly probeAtMs: number;
}

interface Open extends Opened {
  readonly breaker: 'Open';
}

interface Probing extends Opened {
  readonly breaker: 'Probing';
  /** The resource whose write is the probe. Absent: a list is. */
  readonly by?: string;
}

/** The state machine of one connection; a value. */
export interface Circuit {
  readonly state: Closed | Open | Probing;
  /** `Retry-After` of an answer: nothing but a pending disable starts before it. */
  readonly pause?: { readonly cause: Failure; readonly untilMs: number };
  /** They opened it by a gate fault that others did not meet: what they meet alone opens nothing any more. */
  readonly suspects: readonly string[];
}

export interface CircuitSettings {
  readonly probeIntervalMs: number;
  readonly gateProbeIntervalMs: number;
}

/** Failures in a row that open it (design 4.6). */
const RUN_LENGTH = 5;

/** `Retry-After` holds for at most this long. */
const LONGEST_PAUSE_MS = 15 * 60_000;

const NO_RUN: Run = { lists: 0, writers: [] };

export const NEW_CIRCUIT: Circuit = { state: { breaker: 'Closed', run: NO_RUN }, suspects: [] };

/**
 * Whether a call may begin.
 *
 * | state | pending disable | a list, or asked for one | write |
 * |---|---|---|---|
 * | Closed | yes | yes | yes |
 * | Closed, before `Retry-After` has passed | yes | no | no |
 * | Open | yes | no | no |
 * | Probing by a list | yes | yes, for nobody | no |
 * | Probing by a write of R | yes | yes, for R | of R |
 */
export function admits({ state, pause }: Circuit, call: CircuitCall, nowMs: number): boolean {
  if (call.urgent) return true;
  if (pause !== undefined && nowMs < pause.untilMs) return false;
  if (state.breaker === 'Closed') return true;
  if (state.breaker === 'Open') return false;
  if (call.by === undefined) return call.kind === 'list';
  return call.by === state.by;
}

/**
 * What the end of a call means: `failure` is absent where PAM Core did what was asked.
 *
 * | state | the call met | → |
 * |---|---|---|
 * | Closed | an answer to a write | the run begins anew |
 * | Closed | an answer to a list | lists that failed are forgotten; it says nothing of writes |
 * | Closed | no HTTP answer, or 502, 503, 504 | the run grows; each resource counts once, each list for itself |
 * | Closed | the same, and the run has five | Open, probe in 30 s |
 * | Closed | a fault of the gate class | Open, probe in 5 min |
 * | Closed | the same, of a suspect | nothing: it is alone with it |
 * | Open, Probing | anything, sent before it opened | nothing: it tells of the time before |
 * | Open, Probing | an answer to the probe, or to a pending disable | Closed |
 * | Open, Probing | an answer to a list for a pending disable | Closed where lists had failed |
 * | Probing | an answer to a list, where a write is the probe | nothing: the write is still to come |
 * | Probing | an outage or a gate fault of the probe | Open, probe after the interval of what was met |
 * | Open | an outage or a gate fault of a pending disable | nothing: it comes back by itself |
 *
 * In every state `Retry-After` holds back what is not a pending disable.
 */
export function observe(
  circuit: Circuit,
  call: CircuitCall & { readonly sentAtMs: number },
  failure: Failure | undefined,
  nowMs: number,
  settings: CircuitSettings,
): Circuit {
  const weight = failure === undefined ? 'answer' : weightOf(failure);
  const paused = pausedBy(circuit, failure, nowMs);
  if (weight === 'nothing') return paused;
  if (weight === 'answer') return answered(paused, call);
  if (failure === undefined) return paused;
  const { state } = circuit;
  if (state.breaker === 'Closed') return failedClosed(paused, state, call, failure, nowMs, settings);
  if (!isProbe(state, call) || call.sentAtMs < state.openedAtMs) return paused;
  const { by: _, ...opened } = state;
  // The first reason of a kind stays: one outage shows as a timeout now and as a refusal then.
  const cause = isGate(state.cause) === isGate(failure) ? state.cause : failure;
  const probeKind = call.kind === 'list' ? 'list' : state.probeKind;
  const probeAtMs = nowMs + intervalOf(cause, settings);
  return { ...paused, state: { ...opened, breaker: 'Open', cause, probeKind, probeAtMs } };
}

/**
 * The probe is due: by the first of `waiting` that did not open the machine where a write failed, else by a list.
 * The caller sees to it that it is sent.
 */
export function beginProbe(circuit: Circuit, waiting: Iterable<string>): Circuit {
  const { state } = circuit;
  if (state.breaker !== 'Open') return circuit;
  const { probeKind, openedBy } = state;
  const by = probeKind === 'write' ? [...waiting].find((key) => key !== openedBy) : undefined;
  return { ...circuit, state: { ...state, breaker: 'Probing', ...(by !== undefined && { by }) } };
}

/** The resource that was to probe had nothing to ask of PAM Core after all: the next one is due at once. */
export function endProbe(circuit: Circuit, by: string, nowMs: number): Circuit {
  const { state } = circuit;
  if (state.breaker !== 'Probing' || state.by !== by) return circuit;
  const { by: _, ...opened } = state;
  return { ...circuit, state: { ...opened, breaker: 'Open', probeAtMs: nowMs } };
}

/** When the machine has to be looked at again although no call ends. */
export function dueAtMs({ state, pause }: Circuit, nowMs: number): number | undefined {
  const pausedUntilMs = pause !== undefined && nowMs < pause.untilMs ? pause.untilMs : undefined;
  if (state.breaker === 'Open') return Math.max(state.probeAtMs, pausedUntilMs ?? 0);
  return pausedUntilMs;
}

/** Why calls are held back, if they are. */
export function heldBy({ state, pause }: Circuit, nowMs: number): Failure | undefined {
  if (state.breaker !== 'Closed') return state.cause;
  return pause !== undefined && nowMs < pause.untilMs ? pause.cause : undefined;
}

/** Whether a resource with this reason has itself met what the machine opens for, or was told of it. */
export function isConnectionFault(reason: string): boolean {
  return OUTAGES.has(reason) || (CATALOGUE as Record<string, { retry: string }>)[reason]?.retry === 'gate';
}

const OUTAGES: ReadonlySet<string> = new Set<Reason>([
  'PamTimeout',
  'PamUnreachable',
  'PamUnavailable',
  'PamRateLimited',
  'CircuitOpen',
]);

/** The call that finds out, or the list that its write needs. */
function isProbe(state: Open | Probing, call: CircuitCall): state is Probing {
  if (state.breaker !== 'Probing') return false;
  return call.kind === 'list' || (call.by !== undefined && call.by === state.by);
}

function weightOf(failure: Failure): 'answer' | 'outage' | 'gate' | 'nothing' {
  const { fault } = failure;
  // Without a fault PAM was not asked.
  if (fault === undefined || fault.signal === 'aborted') return 'nothing';
  if (isGate(failure)) return 'gate';
  return isOutage(fault) ? 'outage' : 'answer';
}

function isOutage({ signal, httpStatus }: PamFault): boolean {
  if (httpStatus === undefined) return signal === 'timeout' || signal === 'unreachable';
  return httpStatus >= 502 && httpStatus <= 504;
}

function isGate({ retry }: Failure): boolean {
  return retry === 'gate';
}

function intervalOf(cause: Failure, settings: CircuitSettings): number {
  return isGate(cause) ? settings.gateProbeIntervalMs : settings.probeIntervalMs;
}

function pausedBy(circuit: Circuit, cause: Failure | undefined, nowMs: number): Circuit {
  const retryAfterMs = cause?.fault?.retryAfterMs;
  if (cause === undefined || retryAfterMs === undefined) return circuit;
  const untilMs = nowMs + Math.min(retryAfterMs, LONGEST_PAUSE_MS);
  if (untilMs <= Math.max(nowMs, circuit.pause?.untilMs ?? 0)) return circuit;
  return { ...circuit, pause: { cause, untilMs } };
}

function answered(circuit: Circuit, call: CircuitCall & { readonly sentAtMs: number }): Circuit {
  const { state } = circuit;
  const suspects = circuit.suspects.filter((key) => key !== call.by);
  if (state.breaker === 'Closed') {
    const run = call.kind === 'write' ? NO_RUN : { ...state.run, lists: 0 };
    return { ...circuit, suspects, state: { breaker: 'Closed', run } };
  }
  const isProof = call.urgent
    ? call.kind === 'write' || state.probeKind === 'list'
    : isProbe(state, call) && (call.kind === 'write' || state.by === undefined);
  if (!isProof || call.sentAtMs < state.openedAtMs) return { ...circuit, suspects };
  const isAlone = isGate(state.cause) && state.openedBy !== undefined && state.openedBy !== call.by;
  return {
    ...circuit,
    suspects: isAlone && state.openedBy !== undefined ? [...suspects, state.openedBy] : suspects,
    state: { breaker: 'Closed', run: NO_RUN },
  };
}

function failedClosed(
  circuit: Circuit,
  { run }: Closed,
  call: CircuitCall,
  cause: Failure,
  nowMs: number,
  settings: CircuitSettings,
): Circuit {
  const { kind, by } = call;
  if (isGate(cause)) {
    if (by !== undefined && circuit.suspects.includes(by)) return circuit;
    return open(circuit, cause, kind, call, nowMs, settings);
  }
  const lists = run.lists + (kind === 'list' ? 1 : 0);
  const isNew = kind === 'write' && by !== undefined && !run.writers.includes(by);
  const writers = isNew ? [...run.writers, by] : run.writers;
  if (lists + writers.length >= RUN_LENGTH)
    return open(circuit, cause, lists > 0 ? 'list' : 'write', call, nowMs, settings);
  return { ...circuit, state: { breaker: 'Closed', run: { lists, writers } } };
}

function open(
  circuit: Circuit,
  cause: Failure,
  probeKind: CircuitCall['kind'],
  { by }: CircuitCall,
  nowMs: number,
  settings: CircuitSettings,
): Circuit {
  const probeAtMs = nowMs + intervalOf(cause, settings);
  const opened = {
    cause,
    openedAtMs: nowMs,
    probeKind,
    probeAtMs,
    ...(by !== undefined && { openedBy: by }),
  };
  return { ...circuit, state: { breaker: 'Open', ...opened } };
}
