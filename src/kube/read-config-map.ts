import { KubeError } from '../core/kube-error.ts';
import { asObject } from './json-fields.ts';
import type { KubeClient } from './kube-client.ts';
import { identityOf } from './object-identity.ts';
import { corePath } from './resource-path.ts';

/** A ConfigMap as it is now, such as one that holds a CA bundle. */
export interface ConfigMapValue {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: ReadonlyMap<string, string>;
}

/**
 * Reads one ConfigMap by name.
 * @throws RangeError for a name that is none, KubeError for all but 404 and 403
 */
export async function readConfigMap(
  client: KubeClient,
  namespace: string,
  name: string,
  signal?: AbortSignal,
): Promise<ConfigMapValue | 'notFound' | 'forbidden'> {
  const { status, body } = await client.request({
    method: 'GET',
    path: corePath('configmaps', namespace, name),
    resource: 'configmaps',
    expected: [403, 404],
    ...(signal !== undefined && { signal }),
  });
  if (status === 404) return 'notFound';
  if (status === 403) return 'forbidden';
  const identity = identityOf(body);
  if (identity === undefined)
    throw new KubeError({ verb: 'get', resource: 'configmaps', signal: 'unreadable' });
  const entries = Object.entries(asObject(asObject(body)?.data) ?? {});
  const data = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  return { uid: identity.uid, resourceVersion: identity.resourceVersion, data };
}
