import type { ManagedResource } from './managed-resource.ts';
import type { SealState } from './seal.ts';

/**
 * Whether the enabled state is to be changed. PUT and DELETE are sent on edges only (design 4.2): when the spec
 * differs from what the operator itself set last, on first contact (no state recorded of this record), or on a
 * force-sync. What an administrator does in PAM in between is no edge. Without `spec.enabled` PAM decides.
 */
export function toggles(
  { spec, status, forced }: ManagedResource,
  record: { readonly exists: boolean; readonly id?: string | undefined },
  seal: SealState,
): Toggle {
  if (spec.enabled === undefined) return { edge: undefined, repeated: false };
  // Nobody knows what was set last: a disable is repeated, but nothing is enabled on the word of a forged status.
  if (isDistrusted(seal) && record.exists && spec.enabled && !forced) {
    return { edge: undefined, repeated: false, assumed: true };
  }
  const edge = spec.enabled ? 'enable' : 'disable';
  const otherRecord = record.exists && status.id !== undefined && status.id !== record.id;
  if (spec.enabled !== status.enabled || otherRecord || !record.exists) return { edge, repeated: false };
  return { edge: forced ? edge : undefined, repeated: forced };
}

export interface Toggle {
  readonly edge: 'enable' | 'disable' | undefined;
  /** The operator has set this state before: only a force-sync asks for it once more. */
  readonly repeated: boolean;
  /** `enabled: true` is taken for carried out without a call. */
  readonly assumed?: boolean;
}

/** Whether the status had something to say that may not be used. */
function isDistrusted(seal: SealState): boolean {
  return seal === 'otherKey' || seal === 'broken';
}
