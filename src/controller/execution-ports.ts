import type { Reason } from '../api/reason.ts';
import type { AuditRecord } from '../core/audit-record.ts';
import type { Clock } from '../core/clock.ts';
import type { ConditionClock } from '../core/conditions.ts';
import type { Deletion } from '../core/deletion-brake.ts';
import type { Situation } from '../core/situation.ts';
import type { Session } from './connections.ts';
import type { Kubernetes } from './kubernetes.ts';

/** Whether this replica may start a PAM write that lasts up to this long: it leads, and the Lease outlives the call. */
type WriteFence = (durationMs: number) => boolean;

/** The part of a situation that actions are made from. */
export type ExecutionSituation = Pick<Situation, 'resource' | 'declared' | 'material' | 'parentId'> &
  Partial<Pick<Situation, 'installKey'>>;

export interface ExecutionPorts {
  readonly kubernetes: Kubernetes;
  readonly session: Session | undefined;
  readonly fence: WriteFence;
  /** Ends the pass: shutdown, or the Lease is lost. */
  readonly signal: AbortSignal;
  /** Ends the waits of the pass, not its calls: the resource is to be disabled now. */
  readonly superseded?: AbortSignal;
  /**
   * The process stops: what the pass has begun at PAM, or announced in the status, is finished; nothing is begun. A
   * disable goes out all the same.
   */
  readonly stopping?: AbortSignal;
  /** Of the pass; a disable goes first whatever it is. */
  readonly priority: number;
  /** Counts a disable by deletion; false: the brake holds it. */
  readonly admitDeletion: (connection: string, deletion: Deletion) => Promise<boolean>;
  /** Seconds until the next try of a reason that waits, where a setting says so; named in messages. */
  readonly waitSeconds: (reason: Reason) => number | undefined;
  readonly newRequestId: () => string;
  readonly audit: (record: AuditRecord) => void;
  readonly conditionClock: () => ConditionClock;
  readonly clock: Clock;
}
