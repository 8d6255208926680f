import type { InstallKey } from './digest.ts';
import type { ManagedResource } from './managed-resource.ts';
import { type SealState, sealStateOf } from './seal.ts';

/** A resource whose status holds only what may be used. */
export interface TrustedResource {
  readonly resource: ManagedResource;
  readonly seal: SealState;
}

/**
 * Takes out of the status what its seal does not vouch for (design 3.4). Everybody with rights on `/status` may write
 * there: an id could be another tenant's record, `enabled: false` could call for a PUT, a digest could hide a change.
 *
 * | seal | id, enabled, intent | applied, content | so that |
 * |---|---|---|---|
 * | blank, valid | as they are | as they are | |
 * | made with another install key | out | kept: their digests cannot be compared, only versions | ids are looked up, nothing is pushed or enabled, digests are made anew |
 * | broken | out | out | the same, and the spec is applied again without content |
 *
 * `resource.trace` stays: that the status says anything is reason enough not to create a second record.
 */
export function trustedResource(resource: ManagedResource, key: InstallKey): TrustedResource {
  const seal = sealStateOf(key, resource.metadata.uid, resource.status);
  if (seal === 'blank' || seal === 'valid') return { resource, seal };
  const { id, identifier, connectionFingerprint, enabled, pending, applied, content, ...rest } =
    resource.status;
  const status =
    seal === 'otherKey' ? { ...rest, ...(applied && { applied }), ...(content && { content }) } : rest;
  return { resource: { ...resource, status } as ManagedResource, seal };
}
