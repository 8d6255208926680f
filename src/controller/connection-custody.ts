import { IN_USE_FINALIZER, RELEASE_DELETIONS_ANNOTATION } from '../api/names.ts';
import type { PamConnection, PamConnectionStatus } from '../api/pam-connection.gen.ts';
import { type Failure, problem } from '../core/failure.ts';

/**
 * Whether another installation of the operator owns the connection: the first one that saw it (design 3.1). Its
 * resources are that one's to handle; ours wait, and we write nothing, or both would write for ever.
 */
export function ownedByAnother({ status }: PamConnection, installation: string): Failure | undefined {
  const owner = status?.installation;
  if (owner === undefined || owner === installation) return undefined;
  return problem(
    'ConnectionNotReady',
    `The connection belongs to another installation of the operator (${owner})`,
    'Use a PamConnection of its own; where that installation is gone, remove `status.installation`',
  );
}

/**
 * The finalizers that a connection should have; absent where nothing is to be changed. It stays while a resource with a
 * finalizer needs it for its last call: else a teardown that deletes the connection first could never disable.
 */
export function wantedFinalizers({ metadata }: PamConnection, inUse: boolean): readonly string[] | undefined {
  const finalizers = metadata.finalizers ?? [];
  const has = finalizers.includes(IN_USE_FINALIZER);
  // The API server takes no new finalizer once the deletion was asked for.
  if (inUse && !has && metadata.deletionTimestamp === undefined) return [...finalizers, IN_USE_FINALIZER];
  if (!inUse && has) return finalizers.filter((name) => name !== IN_USE_FINALIZER);
  return undefined;
}

/**
 * What the release annotation asks for, as part of the status; absent when it was handled or is not there.
 *
 * @param latest when the latest deletion was asked for that is on its way, by the API server's clock, which may be
 *   ahead of ours
 */
export function releasedDeletions(
  { metadata, status }: PamConnection,
  now: string,
  latest: string | undefined,
): Pick<PamConnectionStatus, 'deletions' | 'lastHandledReleaseDeletions'> | undefined {
  const asked = metadata.annotations?.[RELEASE_DELETIONS_ANNOTATION];
  if (asked === undefined || asked === status?.lastHandledReleaseDeletions) return undefined;
  const releasedTime = latest !== undefined && latest > now ? latest : now;
  return {
    deletions: { ...status?.deletions, releasedTime, held: 0 },
    lastHandledReleaseDeletions: asked,
  };
}
