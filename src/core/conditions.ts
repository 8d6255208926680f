import type { Reason } from '../api/reason.ts';

/** `metav1.Condition`, as the CRDs have it. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** What one pass says about a resource, before it is turned into conditions. */
export interface Verdict {
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
  /**
   * - `settled`: neither `Reconciling` nor `Stalled`.
   * - `working`: `Reconciling` as long as it lasts (transient faults: an outage delays a rollout, it does not fail it).
   * - `waiting`: `Reconciling` up to the progress deadline, then `Stalled` (somebody else has to act).
   * - `stalled`: `Stalled` at once.
   */
  readonly activity: 'settled' | 'working' | 'waiting' | 'stalled';
}

export interface ConditionClock {
  /** RFC 3339, whole seconds: the form of `metav1.Time`. */
  readonly now: string;
  /** Seconds that a waiting resource counts as in progress (design 3.5: 600). */
  readonly progressDeadlineSeconds: number;
}

/**
 * The conditions after a pass (kstatus): `Ready` always, `Reconciling` and `Stalled` only while true and never both,
 * since kstatus takes whichever comes first. All carry the generation they speak of. A condition's transition time
 * moves only when its status does (Kubernetes API conventions), so an unchanged verdict gives equal conditions and
 * therefore no write.
 */
export function nextConditions(
  previous: readonly Condition[],
  verdict: Verdict,
  generation: number,
  clock: ConditionClock,
): Condition[] {
  const { ready, reason, message } = verdict;
  const make = (type: string, status: Condition['status']): Condition => {
    const before = previous.find((condition) => condition.type === type);
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: before?.status === status ? before.lastTransitionTime : clock.now,
      observedGeneration: generation,
    };
  };
  const conditions = [make('Ready', ready)];
  const abnormal = abnormalType(previous, verdict, generation, clock);
  if (abnormal !== undefined) conditions.push(make(abnormal, 'True'));
  return conditions;
}

/** Milliseconds from now at which a waiting resource becomes stalled; absent when it does not wait or is stalled. */
export function progressDeadlineInMs(
  conditions: readonly Condition[],
  nowMs: number,
  deadlineSeconds: number,
): number | undefined {
  const reconciling = conditions.find(({ type }) => type === 'Reconciling');
  if (reconciling === undefined) return undefined;
  return Math.max(0, Date.parse(reconciling.lastTransitionTime) + deadlineSeconds * 1000 - nowMs);
}

function abnormalType(
  previous: readonly Condition[],
  { activity, reason }: Verdict,
  generation: number,
  { now, progressDeadlineSeconds }: ConditionClock,
): 'Reconciling' | 'Stalled' | undefined {
  if (activity === 'settled') return undefined;
  if (activity === 'stalled') return 'Stalled';
  if (activity === 'working') return 'Reconciling';
  const stalled = previous.find(({ type }) => type === 'Stalled');
  // Past its deadline a wait stays stalled until something changes: else each retry would start a new deadline.
  if (stalled?.reason === reason && stalled.observedGeneration === generation) return 'Stalled';
  const since = previous.find(({ type }) => type === 'Reconciling')?.lastTransitionTime;
  const waitedMs = since === undefined ? 0 : Date.parse(now) - Date.parse(since);
  return waitedMs >= progressDeadlineSeconds * 1000 ? 'Stalled' : 'Reconciling';
}
