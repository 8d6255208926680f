import type { ManagedResource } from './managed-resource.ts';

/**
 * Whether the enabled state is to be changed. PUT and DELETE are sent on edges only (design 4.2): when the spec
 * differs from what the operator itself set last, on first contact (no recorded state), or on a force-sync.
 * What an administrator does in PAM in between is no edge. Without `spec.enabled` PAM decides.
 */
export function toggles(
  { spec, status, forced }: ManagedResource,
  record: { readonly exists: boolean },
): { readonly edge: 'enable' | 'disable' | undefined } {
  if (spec.enabled === undefined) return { edge: undefined };
  const differs = spec.enabled !== status.enabled || forced || !record.exists;
  if (!differs) return { edge: undefined };
  return { edge: spec.enabled ? 'enable' : 'disable' };
}
