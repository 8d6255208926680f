import type { Reason } from '../api/reason.ts';
import { CATALOGUE, type RetryClass } from './catalogue.ts';
import type { PamFault } from './pam-fault.ts';

/** Why a pass did not reach the declared state, ready for a condition. Holds nothing that PAM or a Secret said. */
export interface Failure {
  readonly reason: Reason;
  readonly retry: RetryClass;
  /** A whole sentence or two, stable from one try to the next: no times, no counters, no request ids. */
  readonly message: string;
  /** Seconds until the next try, for the class `wait`. */
  readonly waitSeconds?: number;
  /** Present when PAM Core was asked: becomes `lastError`. */
  readonly fault?: PamFault;
}

/** A failure that the operator found without asking PAM Core. `what` names the field or object at fault. */
export function problem(reason: Reason, what: string, remedy?: string): Failure {
  const entry = CATALOGUE[reason];
  return {
    reason,
    retry: entry.retry,
    message: `${sentence(what)} ${sentence(remedy ?? entry.remedy)}`,
    ...(entry.waitSeconds !== undefined && { waitSeconds: entry.waitSeconds }),
  };
}

/** Ends a text with exactly one full stop and begins it with a capital, unless it begins with code. */
export function sentence(text: string): string {
  const first = text.charAt(0);
  const begun = first === '`' ? text : first.toUpperCase() + text.slice(1);
  return fullStop(begun);
}

/** Ends a text with exactly one full stop. */
export function fullStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
