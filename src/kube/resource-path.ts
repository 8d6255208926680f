import { API_GROUP, API_VERSION } from '../api/names.ts';
import { namespaceName, objectName } from './kube-name.ts';

/** The custom kinds of this operator. */
export type ResourceKind = 'PamConnection' | 'PamCredential' | 'PamSshKey';

/** API group and version of the custom kinds. */
export const RESOURCE_API = `${API_GROUP}/${API_VERSION}`;

const PLURALS: Readonly<Record<ResourceKind, string>> = {
  PamConnection: 'pamconnections',
  PamCredential: 'pamcredentials',
  PamSshKey: 'pamsshkeys',
};

/** The plural that the API server's paths and RBAC rules use. */
export function pluralOf(kind: ResourceKind): string {
  return PLURALS[kind];
}

/** Path that lists a custom kind: everywhere, or in one namespace (never for the cluster-scoped PamConnection). */
export function resourceListPath(kind: ResourceKind, namespace?: string): string {
  return listPath(`/apis/${RESOURCE_API}`, pluralOf(kind), kind === 'PamConnection' ? undefined : namespace);
}

/** Path of one custom resource. @throws RangeError where a name is not valid. */
export function resourcePath(kind: ResourceKind, namespace: string, name: string): string {
  const scope = kind === 'PamConnection' ? '' : `/namespaces/${namespaceName(namespace)}`;
  return `/apis/${RESOURCE_API}${scope}/${pluralOf(kind)}/${objectName(name)}`;
}

/** Path of one namespaced object of the core group. @throws RangeError where a name is not valid. */
export function corePath(plural: 'secrets' | 'configmaps', namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespaceName(namespace)}/${plural}/${objectName(name)}`;
}

/** Path that lists Secrets for the metadata-only watch: everywhere, or in one namespace. */
export function secretListPath(namespace?: string): string {
  return listPath('/api/v1', 'secrets', namespace);
}

/** Path that lists namespaces, for grants that select by label. */
export const NAMESPACE_LIST_PATH = '/api/v1/namespaces';

function listPath(base: string, plural: string, namespace: string | undefined): string {
  return namespace === undefined
    ? `${base}/${plural}`
    : `${base}/namespaces/${namespaceName(namespace)}/${plural}`;
}
