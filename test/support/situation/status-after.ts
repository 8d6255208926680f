import { type Decision, nothing } from '../../../src/core/decision.ts';
import { type Failure, problem } from '../../../src/core/failure.ts';
import { type ManagedStatus, nextStatus } from '../../../src/core/next-status.ts';
import { NOTHING_DONE, type Outcome } from '../../../src/core/outcome.ts';
import type { PamFault } from '../../../src/core/pam-fault.ts';
import { FINGERPRINT, INSTALL_KEY, type ResourceStory } from './a-resource.ts';

/** When the passes of these tests take place. */
export const PASS_TIME = '2026-02-03T04:05:06Z';

/** What one pass decided and achieved; what is not told did not happen. */
export interface Pass {
  readonly decision?: Partial<Decision>;
  readonly outcome?: Partial<Outcome>;
  readonly now?: string;
  readonly fingerprint?: string;
  /** There is no install key. */
  readonly keyless?: boolean;
}

/** The status after one pass. */
export function statusAfter(
  story: ResourceStory,
  { decision, outcome, now = PASS_TIME, fingerprint = FINGERPRINT, keyless = false }: Pass,
): ManagedStatus {
  return nextStatus(
    story.resource(),
    { ...nothing(), ...decision },
    { ...NOTHING_DONE, ...outcome },
    { fingerprint, installKey: keyless ? undefined : INSTALL_KEY },
    { now, progressDeadlineSeconds: 600 },
  );
}

/** A failure of a call to PAM Core: by default an upsert without an answer. */
export function failing(fault: Partial<PamFault>, reason: Failure['reason'] = 'PamTimeout'): Failure {
  return {
    ...problem(reason, 'it failed'),
    fault: { operation: 'Upsert', kind: 'credential', signal: 'timeout', ...fault },
  };
}

export function readyOf(status: ManagedStatus) {
  return status.conditions?.find(({ type }) => type === 'Ready');
}
