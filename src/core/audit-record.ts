import type { PamOperation } from './pam-fault.ts';

/**
 * What became of a write: PAM applied it (or the record was in that state already); PAM refused it, or there was no
 * token or connection to send it with (certainly not applied); or nobody knows (no answer, a gateway's error, an abort
 * of a call that had begun). A call that was given up before its first byte is no write.
 */
export type AuditOutcome = 'Applied' | 'Refused' | 'Unknown';

/** One write to PAM Core, told so that the request can be found again on both sides. It holds no secret. */
export interface AuditRecord {
  /** The resource on whose behalf the call was made. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** Manager name of the resource's last editor, from its managedFields. */
  readonly editor?: string;
  readonly connection: string;
  readonly operation: Exclude<PamOperation, 'Token' | 'List'>;
  /** The target: what of it was known when the call was made. */
  readonly identifier?: string;
  readonly id?: string;
  readonly hostname?: string;
  readonly username?: string;
  /** An upsert that carried a secret value (which one is never told). */
  readonly withContent?: boolean;
  readonly outcome: AuditOutcome;
  /** PAM's business number, 1000 to 1999. */
  readonly code?: number;
  /** Absent when there was no answer. */
  readonly httpStatus?: number;
  /** Condition reason that the answer led to; absent on success. */
  readonly reason?: string;
  /** Sent to PAM as `X-Request-Id`. */
  readonly requestId: string;
  readonly durationMs?: number;
}
