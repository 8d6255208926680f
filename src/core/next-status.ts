import type { PamCredentialStatus } from '../api/pam-credential.gen.ts';
import type { PamSshKeyStatus } from '../api/pam-ssh-key.gen.ts';
import { appliedDigest, compareApplied } from './applied-spec.ts';
import { canonicalJson } from './canonical-json.ts';
import { CATALOGUE } from './catalogue.ts';
import { type Condition, type ConditionClock, nextConditions, type Verdict } from './conditions.ts';
import type { Decision } from './decision.ts';
import type { InstallKey } from './digest.ts';
import { type Failure, problem, sentence } from './failure.ts';
import type { ManagedResource } from './managed-resource.ts';
import { nextContent } from './next-content.ts';
import type { Outcome } from './outcome.ts';
import { wasNotApplied } from './pam-fault.ts';
import { saysNothing, sealStatus } from './seal.ts';
import { syncedMessage } from './synced-message.ts';

export type ManagedStatus = PamCredentialStatus & PamSshKeyStatus;

/**
 * The one place that turns what a pass decided and achieved into a status. Pure, and idempotent: the same failure
 * again gives an equal status, so repeated failures write nothing.
 */
export function nextStatus(
  resource: ManagedResource,
  decision: Decision,
  outcome: Outcome,
  connection: { readonly fingerprint: string; readonly installKey: InstallKey | undefined },
  clock: ConditionClock,
): ManagedStatus {
  const { changedElsewhere, ...changes } = decision.changes;
  const quiet = statusAfter(resource, { ...decision, changes }, outcome, connection, clock);
  // A rotation is told along with something else, never by a write of its own: there may be 10,000 of them in a night.
  if (changedElsewhere !== true || canonicalJson(quiet) === canonicalJson(resource.stored)) return quiet;
  return statusAfter(resource, decision, outcome, connection, clock);
}

function statusAfter(
  resource: ManagedResource,
  decision: Decision,
  outcome: Outcome,
  connection: { readonly fingerprint: string; readonly installKey: InstallKey | undefined },
  clock: ConditionClock,
): ManagedStatus {
  const { installKey } = connection;
  const previous: ManagedStatus = resource.status;
  const failure = outcome.failure ?? decision.failure ?? lastingFailure(resource, outcome);
  const id = outcome.record?.id ?? decision.changes.id ?? previous.id;
  const identifier = outcome.record?.identifier ?? decision.changes.identifier ?? previous.identifier;
  const content = nextContent(resource, decision, outcome, clock.now);
  const recordsApplied = outcome.upserted || decision.changes.rebaseApplied === true;
  // A partial failure is no reason to send everything again.
  const reached = failure === undefined || (outcome.upserted && failure.reason === 'DevicesPartlyAssigned');
  const handled =
    resource.forceSync !== undefined &&
    reached &&
    !decision.again &&
    decision.settling !== true &&
    !decision.suspended &&
    !outcome.outdated;
  const inPam = outcome.contentSent || decision.changes.fields?.some(({ state }) => state === 'Presumed');
  const fingerprint = inPam ? (decision.changes.fingerprint ?? previous.fingerprint) : previous.fingerprint;
  // An id belongs to the PAM Core that named it: never carried over to another address.
  const named = outcome.record !== undefined || decision.changes.id !== undefined;
  return sealed(resource, installKey, {
    observedGeneration: resource.metadata.generation,
    id,
    identifier,
    connectionFingerprint: named ? connection.fingerprint : previous.connectionFingerprint,
    enabled: nextEnabled(resource, decision, outcome),
    applied:
      recordsApplied && installKey !== undefined ? appliedDigest(resource, installKey) : previous.applied,
    content,
    pending: nextPending(previous, decision, outcome),
    fingerprint,
    // Not after a failure: a disable that succeeds beside an upsert that fails would write at every retry.
    lastSyncTime: outcome.wrote && failure === undefined ? clock.now : previous.lastSyncTime,
    lastHandledForceSync: handled ? resource.forceSync : previous.lastHandledForceSync,
    lastError: decision.suspended ? previous.lastError : nextLastError(previous, failure, outcome, clock.now),
    conditions: nextConditions(
      (previous.conditions ?? []) as Condition[],
      verdict(resource, decision, failure, outcome, content, installKey),
      resource.metadata.generation,
      clock,
    ),
  });
}

/** The status written before a secret is sent: the intent, and `Progressing` unless a failure is being retried. */
export function intentStatus(
  resource: ManagedResource,
  intent: { readonly digest: string; readonly changeBefore: string | undefined },
  installKey: InstallKey,
  clock: ConditionClock,
): ManagedStatus {
  const previous: ManagedStatus = resource.status;
  const { generation } = resource.metadata;
  const conditions = (previous.conditions ?? []) as Condition[];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const retrying = ready?.status === 'False' && ready.observedGeneration === generation;
  const progressing: Verdict = {
    ready: 'False',
    reason: 'Progressing',
    message: 'The record is being written to PAM Core.',
    activity: 'working',
  };
  return sealed(resource, installKey, {
    ...previous,
    observedGeneration: generation,
    pending: withoutAbsent({ startedTime: clock.now, ...intent }),
    conditions: retrying ? conditions : nextConditions(conditions, progressing, generation, clock),
  });
}

/** `enabled` is the last state that the operator itself set; without `spec.enabled` there is none to compare with. */
function nextEnabled(
  { spec, status }: ManagedResource,
  { changes }: Decision,
  outcome: Outcome,
): boolean | undefined {
  if (spec.enabled === undefined) return undefined;
  if (changes.assumeEnabled === true && outcome.enabled === undefined) return true;
  return outcome.enabledUnknown ? undefined : (outcome.enabled ?? status.enabled);
}

/**
 * The intent goes when its outcome is known. A readable refusal is known not to be applied; the same refusal again
 * leaves the intent of its retry in place, or each retry would write twice.
 */
function nextPending(
  previous: ManagedStatus,
  decision: Decision,
  outcome: Outcome,
): ManagedStatus['pending'] {
  // An intent without a digest marks a create that sends nothing secret.
  const created = outcome.upserted && previous.pending?.digest === '';
  const settled = outcome.contentSent || outcome.additionalSent || outcome.foundExisting || created;
  if (settled || decision.changes.resolved === true) return undefined;
  const fault = outcome.failure?.fault;
  if (fault === undefined || !wasNotApplied(fault) || decision.keepsIntent === true) return previous.pending;
  const before = previous.lastError;
  const repeated =
    before?.operation === fault.operation &&
    before.code === fault.code &&
    before.httpStatus === fault.httpStatus;
  return repeated ? previous.pending : undefined;
}

function nextLastError(
  previous: ManagedStatus,
  failure: Failure | undefined,
  { wrote }: Outcome,
  now: string,
): ManagedStatus['lastError'] {
  if (failure === undefined) return undefined;
  const { fault, reason, message } = failure;
  if (fault === undefined) return wrote ? undefined : previous.lastError;
  const { operation, code, httpStatus } = fault;
  const before = previous.lastError;
  const same =
    before?.operation === operation &&
    before.code === code &&
    before.httpStatus === httpStatus &&
    before.reason === reason;
  return withoutAbsent({ operation, code, httpStatus, reason, message, since: same ? before.since : now });
}

/** A partial failure is not repeated by itself, so it lasts until the next upsert says otherwise. */
function lastingFailure({ status }: ManagedResource, outcome: Outcome): Failure | undefined {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.reason === 'DevicesPartlyAssigned' && !outcome.upserted ? devicesPartlyAssigned() : undefined;
}

/** PAM took the key, but `devices_error` was not empty. */
export function devicesPartlyAssigned(): Failure {
  return problem('DevicesPartlyAssigned', CATALOGUE.DevicesPartlyAssigned.explanation);
}

const ACTIVITY = {
  none: 'settled',
  backoff: 'working',
  gate: 'working',
  wait: 'waiting',
  stalled: 'stalled',
  held: 'waiting',
} as const;

function verdict(
  resource: ManagedResource,
  decision: Decision,
  failure: Failure | undefined,
  outcome: Outcome,
  content: ManagedStatus['content'],
  key: InstallKey | undefined,
): Verdict {
  if (decision.suspended) return suspended(resource, key);
  if (failure !== undefined) {
    return {
      ready: 'False',
      reason: failure.reason,
      message: failure.message,
      activity: ACTIVITY[failure.retry],
    };
  }
  if (decision.again || decision.settling === true || outcome.outdated) {
    const message = decision.settling
      ? 'The new value of the Secret waits a minute: the last push got no answer and may still be applied.'
      : decision.again
        ? 'The rest is written in the next pass.'
        : 'The record is being written to PAM Core.';
    return { ready: 'False', reason: 'Progressing', message, activity: 'working' };
  }
  const message = syncedMessage(resource, decision, outcome, content);
  return { ready: 'True', reason: 'Synced', message, activity: 'settled' };
}

/** Suspension is not a failure: `Ready` stays what it was while PAM holds what the spec says. */
function suspended(resource: ManagedResource, key: InstallKey | undefined): Verdict {
  const before = resource.status.conditions?.find(({ type }) => type === 'Ready')?.status;
  const matches = key !== undefined && compareApplied(resource, key) === 'same';
  const ready = matches ? (before ?? 'Unknown') : 'Unknown';
  const waiting =
    resource.deleting || (resource.spec.enabled === false && resource.status.enabled !== false)
      ? ' A disable is waiting for it.'
      : '';
  const { explanation, remedy } = CATALOGUE.Suspended;
  return {
    ready,
    reason: 'Suspended',
    message: `${sentence(explanation)} ${sentence(remedy)}${waiting}`,
    activity: 'settled',
  };
}

/**
 * Vouches for what the status says of a record. Without an install key all that an earlier seal vouches for stays as it
 * was: anything else would break it.
 */
function sealed(
  { metadata, status }: ManagedResource,
  key: InstallKey | undefined,
  next: { [K in keyof ManagedStatus]: ManagedStatus[K] | undefined },
): ManagedStatus {
  if (key === undefined) {
    const { id, identifier, connectionFingerprint, enabled, applied, content, pending, seal } = status;
    const kept = { id, identifier, connectionFingerprint, enabled, applied, content, pending, seal };
    return withoutAbsent<ManagedStatus>({ ...next, ...kept });
  }
  const complete = withoutAbsent<ManagedStatus>(next);
  return saysNothing(complete) ? complete : { ...complete, seal: sealStatus(key, metadata.uid, complete) };
}

function withoutAbsent<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
