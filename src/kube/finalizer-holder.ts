import { isKubeStatus, KubeError } from '../core/kube-error.ts';
import { asObject } from './json-fields.ts';
import type { KubeClient } from './kube-client.ts';
import { listPages } from './list-pages.ts';
import { identityOf, type ObjectIdentity } from './object-identity.ts';
import { pluralOf, type ResourceKind, resourceListPath, resourcePath } from './resource-path.ts';

/** Metadata is all that is needed, also of a resource whose spec a newer definition no longer allows. */
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const PAGE_SIZE = 500;

/** A custom resource and its finalizers. */
export interface FinalizerHolder extends ObjectIdentity {
  readonly kind: ResourceKind;
  readonly finalizers: readonly string[];
}

/**
 * Lists the resources of a kind that carry one of `wanted`: everywhere, or in one namespace. Empty also where the
 * definition of the kind is not installed.
 * @throws KubeError
 */
export async function listFinalizerHolders(
  client: KubeClient,
  target: { readonly kind: ResourceKind; readonly namespace?: string | undefined },
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly FinalizerHolder[]> {
  const { kind, namespace } = target;
  let found: FinalizerHolder[] = [];
  try {
    await listPages({
      client,
      path: resourceListPath(kind, namespace),
      resource: pluralOf(kind),
      accept: METADATA_LIST,
      pageSize: PAGE_SIZE,
      signal,
      onItem: (raw) => {
        const holder = holderOf(kind, raw);
        if (holder?.finalizers.some((finalizer) => wanted.has(finalizer))) found.push(holder);
      },
      onRestart: () => {
        found = [];
      },
      onPage: () => {},
    });
  } catch (error) {
    if (isKubeStatus(error, 404)) return [];
    throw error;
  }
  return found;
}

/** Reads one resource anew. @throws KubeError for all but 404 */
export async function readFinalizerHolder(
  client: KubeClient,
  target: Pick<FinalizerHolder, 'kind' | 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<FinalizerHolder | 'notFound'> {
  const { kind, namespace, name } = target;
  const resource = pluralOf(kind);
  const { status, body } = await client.request({
    method: 'GET',
    path: resourcePath(kind, namespace, name),
    resource,
    accept: METADATA,
    expected: [404],
    signal,
  });
  if (status === 404) return 'notFound';
  const holder = holderOf(kind, body);
  if (holder === undefined) throw new KubeError({ verb: 'get', resource, signal: 'unreadable' });
  return holder;
}

function holderOf(kind: ResourceKind, raw: unknown): FinalizerHolder | undefined {
  const identity = identityOf(raw);
  if (identity === undefined) return undefined;
  const finalizers = asObject(asObject(raw)?.metadata)?.finalizers;
  const names = Array.isArray(finalizers) ? finalizers : [];
  return { ...identity, kind, finalizers: names.filter((name) => typeof name === 'string') };
}
