import { KubeError } from '../core/kube-error.ts';
import type { KubeClient } from './kube-client.ts';
import { pluralOf, type ResourceKind, resourcePath } from './resource-path.ts';
import { projectResource, type ResourceOf } from './resource-projection.ts';

/**
 * Reads one custom resource from etcd, past every cache.
 * @throws RangeError for a name that is none, KubeError for all but 404
 */
export async function readResource<K extends ResourceKind>(
  client: KubeClient,
  target: { readonly kind: K; readonly namespace: string; readonly name: string },
  signal?: AbortSignal,
): Promise<ResourceOf[K] | 'notFound'> {
  const { kind, namespace, name } = target;
  const resource = pluralOf(kind);
  const { status, body } = await client.request({
    method: 'GET',
    path: resourcePath(kind, namespace, name),
    resource,
    expected: [404],
    ...(signal !== undefined && { signal }),
  });
  if (status === 404) return 'notFound';
  const projected = projectResource(kind, body);
  if (projected === undefined) throw new KubeError({ verb: 'get', resource, signal: 'unreadable' });
  return projected;
}
