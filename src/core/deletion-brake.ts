import type { PamConnectionSpec, PamConnectionStatus } from '../api/pam-connection.gen.ts';

type Deletions = NonNullable<PamConnectionStatus['deletions']>;

/** Defaults of design 3.1. */
const MAX_DISABLES = 20;
const WINDOW_SECONDS = 600;

/** `status.deletions.uids` holds at most this many; the CRD's bound. */
const MAX_UIDS = 1000;

/** A resource that is being deleted and whose record is to be disabled. */
export interface Deletion {
  readonly uid: string;
  /** `metadata.deletionTimestamp`: when somebody asked for it. */
  readonly requestedAt: string;
  /** Its status says `DeletionHeld`: it stays held after the window's end and after a restart, until it is released. */
  readonly held: boolean;
}

export type BrakeDecision =
  /** It may be disabled; `deletions` is to be recorded before the call, so that a crash cannot count it twice or never. */
  | { readonly passes: true; readonly deletions: Deletions }
  /** It was counted already, or nothing has to be counted. */
  | { readonly passes: true; readonly deletions?: undefined }
  /** More than the brake allows: held until the window ends for the next ones, or until it is released. */
  | { readonly passes: false };

/**
 * Stops a mistaken mass deletion (design 4.4): within a window the first disables by deletion pass, the rest is held.
 * Counted in the status of the connection, so it survives a restart; each resource is counted once, whatever is
 * retried. What was asked for up to `releasedTime` passes uncounted.
 */
export function brake(
  spec: PamConnectionSpec['deletionBrake'],
  recorded: Deletions | undefined,
  deletion: Deletion,
  now: string,
): BrakeDecision {
  const { maxDisables = MAX_DISABLES, windowSeconds = WINDOW_SECONDS } = spec ?? {};
  if (recorded?.uids?.includes(deletion.uid)) return { passes: true };
  if (recorded?.releasedTime !== undefined && deletion.requestedAt <= recorded.releasedTime)
    return { passes: true };
  if (deletion.held) return { passes: false };
  const started = recorded?.windowStartTime;
  const isOpen = started !== undefined && Date.parse(now) - Date.parse(started) < windowSeconds * 1000;
  const count = isOpen ? (recorded?.count ?? 0) : 0;
  if (count >= maxDisables) return { passes: false };
  const uids = [...(isOpen ? (recorded?.uids ?? []) : []), deletion.uid].slice(-MAX_UIDS);
  return {
    passes: true,
    deletions: {
      ...recorded,
      windowStartTime: isOpen ? started : now,
      count: count + 1,
      uids,
    },
  };
}
