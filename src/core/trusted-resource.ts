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
 * | seal | id, enabled, intent | applied, content | force-sync | so that |
 * |---|---|---|---|---|
 * | blank, valid | as they are | as they are | as asked | |
 * | made with another install key | out | kept: their digests cannot be compared, only versions | only echoed | ids are looked up, nothing is pushed or enabled, digests are made anew |
 * | broken | out | out | only echoed | the same, and the spec is applied again without content |
 *
 * A force-sync is only echoed, since whether it was handled already stands in the very status that is not believed
 * (design 4.5: without a status of ours). `resource.trace` stays, and so does a trace in the status, however it is written
 * anew: that it says anything is reason enough not to create a second record.
 */
export function trustedResource(resource: ManagedResource, key: InstallKey): TrustedResource {
  const seal = sealStateOf(key, resource.metadata.uid, resource.status);
  if (seal === 'blank' || seal === 'valid') return { resource, seal };
  const { id, identifier, connectionFingerprint, enabled, pending, applied, content, ...rest } =
    resource.status;
  const { forceSync, trace } = resource;
  const status = {
    ...rest,
    // The digest of nothing: it differs from every spec.
    ...(trace && { applied: seal === 'otherKey' && applied !== undefined ? applied : `${key.id}:` }),
    ...(seal === 'otherKey' && content !== undefined && { content }),
    ...(forceSync !== undefined && { lastHandledForceSync: forceSync }),
  };
  return {
    resource: { ...resource, status, forceSync: undefined, forced: false } as ManagedResource,
    seal,
  };
}
