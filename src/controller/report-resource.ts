import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import type { nextStatus } from '../core/next-status.ts';
import type { Executed } from './execute.ts';
import type { Kubernetes, WriteResult, WriteTarget } from './kubernetes.ts';
import type { ReconcilePorts } from './reconcile-ports.ts';
import type { ResourceMemory } from './resource-memory.ts';

/** Writes the result of a pass where it differs, and tells of a transition. */
export async function reportResource(
  resource: ManagedResource,
  written: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  executed: Executed,
  { kubernetes }: ReconcilePorts,
  memory: ResourceMemory,
): Promise<void> {
  const { metadata, resourceKind } = written;
  const target = {
    kind: resourceKind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
  };
  const result = await writeStatus(target, written, status, kubernetes);
  if (result.outcome !== 'written') return rememberWrites(memory, executed);
  const versions = [...executed.ownVersions, result.resourceVersion];
  memory.wrote(versions, { ...result, status, finalizers: metadata.finalizers });
  recordTransition(resource, status, kubernetes);
}

/** How often a result is written again because the resource changed in between; then the event brings it back. */
const MAX_CONFLICTS = 3;

/**
 * Writes the result with the version that the pass began with: the API server does not compare UIDs in a status
 * patch, so without it the result could land on a resource that was created anew under the same name. Where somebody
 * else changed the resource meanwhile, the result is still true of PAM and is written onto the newer version.
 */
async function writeStatus(
  target: WriteTarget,
  written: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  kubernetes: Kubernetes,
): Promise<WriteResult> {
  let { resourceVersion } = written.metadata;
  let previous: object = written.stored;
  for (let conflicts = 0; ; conflicts++) {
    const result = await kubernetes.writeStatus(target, previous, status, { resourceVersion });
    if (result.outcome !== 'conflict' || conflicts === MAX_CONFLICTS) return result;
    const fresh = await kubernetes.readResource(target);
    if (fresh === 'notFound' || fresh.metadata.uid !== target.uid) return { outcome: 'gone' };
    resourceVersion = fresh.metadata.resourceVersion;
    previous = fresh.status ?? {};
  }
}

/** What the pass itself wrote on its way (finalizer, intent): the next one builds on it, whatever the cache has. */
export function rememberWrites(memory: ResourceMemory, { ownVersions, resource }: Executed): void {
  const { metadata, stored: status } = resource;
  const resourceVersion = ownVersions.at(-1);
  if (resourceVersion === undefined) return;
  const { generation, finalizers } = metadata;
  memory.wrote(ownVersions, { resourceVersion, generation, status, finalizers });
}

/** One Event per transition of the reason: retries of the same failure are no news. */
function recordTransition(
  resource: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  kubernetes: Kubernetes,
): void {
  const before = resource.status.conditions?.find(({ type }) => type === 'Ready');
  const after = status.conditions?.find(({ type }) => type === 'Ready');
  if (after === undefined || before?.reason === after.reason || after.reason === 'Progressing') return;
  const calm = after.status === 'True' || after.reason === 'Suspended';
  kubernetes.recordEvent({
    resource: {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: resource.resourceKind,
      metadata: resource.metadata,
      spec: resource.spec,
    } as PamCredential | PamSshKey,
    type: calm ? 'Normal' : 'Warning',
    reason: after.reason,
    action: 'Reconcile',
    note: after.message,
  });
}
