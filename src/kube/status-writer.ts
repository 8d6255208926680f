import { KubeError } from '../core/kube-error.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import type { JsonObject } from './json-fields.ts';
import type { KubeClient } from './kube-client.ts';
import { identityOf } from './object-identity.ts';
import { pluralOf, type ResourceKind, resourcePath } from './resource-path.ts';

/** The custom resource that a write is meant for. */
export interface WriteTarget {
  readonly kind: ResourceKind;
  /** Empty for a PamConnection. */
  readonly namespace: string;
  readonly name: string;
  /**
   * With it, an answer of a resource that was created again under the name is a `conflict`. The API server takes
   * no UID as a precondition of a status, so only {@link WriteOptions.resourceVersion} keeps the write from landing.
   */
  readonly uid?: string;
}

interface WriteOptions {
  /** Precondition: the write is refused (`conflict`) where the resource has another version. */
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

type WriteResult =
  /** `resourceVersion` is that of the write: the event that carries it is our own. */
  | {
      readonly outcome: 'written';
      readonly resourceVersion: string;
      readonly uid: string;
      readonly generation: number;
    }
  /** The patch was empty; no call was made. */
  | { readonly outcome: 'unchanged' }
  /** The resource no longer exists, or is another process's to write to: either way every caller gives it up. */
  | { readonly outcome: 'gone' }
  /** Another version or another UID than the one asked for. */
  | { readonly outcome: 'conflict' };

/** Writes to custom resources, never to `spec`. Throws {@link KubeError} for all but gone and conflict. */
export interface StatusWriter {
  /** Applies a merge patch (merge-patch.ts) to `.status`; `undefined` makes no call. */
  patchStatus(
    target: WriteTarget,
    patch: JsonObject | undefined,
    options?: WriteOptions,
  ): Promise<WriteResult>;
  /** Replaces the list of finalizers; a merge patch replaces lists whole, so the version is required. */
  patchFinalizers(
    target: WriteTarget,
    finalizers: readonly string[],
    options: WriteOptions & { readonly resourceVersion: string },
  ): Promise<WriteResult>;
}

/** The answer holds version, UID and generation of the resource, not the resource. */
const METADATA_ACCEPT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/**
 * @param mayWrite whether this process leads, by the clock. One that was frozen goes on in the middle of a pass before it
 *   hears that its Lease is lost: what it knows by then must not replace what its successor wrote.
 */
export function createStatusWriter(client: KubeClient, mayWrite: () => boolean = () => true): StatusWriter {
  async function patch(
    target: WriteTarget,
    subpath: string,
    body: JsonObject,
    signal?: AbortSignal,
  ): Promise<WriteResult> {
    const { kind, namespace, name } = target;
    const resource = pluralOf(kind) + subpath;
    let refused = false;
    const request = {
      method: 'PATCH',
      path: resourcePath(kind, namespace, name) + subpath,
      resource,
      query: { fieldManager: FIELD_MANAGER },
      body,
      contentType: 'application/merge-patch+json',
      // Who wrote the rest knows it: half of the answer need not be made, sent and read.
      accept: METADATA_ACCEPT,
      expected: [404, 409],
      mayStart: () => {
        refused = !mayWrite();
        return !refused;
      },
      ...(signal !== undefined && { signal }),
    } as const;
    const { status, body: answer } = await client.request(request).catch((error: unknown) => {
      if (refused) return { status: 404, body: undefined };
      throw error;
    });
    if (status === 404) return { outcome: 'gone' };
    if (status === 409) return { outcome: 'conflict' };
    const identity = identityOf(answer);
    if (identity === undefined) throw new KubeError({ verb: 'patch', resource, signal: 'unreadable' });
    const { resourceVersion, uid } = identity;
    if (target.uid !== undefined && target.uid !== uid) return { outcome: 'conflict' };
    return { outcome: 'written', resourceVersion, uid, generation: generationOf(answer) };
  }

  return {
    patchStatus: async (target, status, options = {}) => {
      if (status === undefined || Object.keys(status).length === 0) return { outcome: 'unchanged' };
      const { resourceVersion, signal } = options;
      const metadata = resourceVersion === undefined ? undefined : { resourceVersion };
      return patch(target, '/status', { ...(metadata !== undefined && { metadata }), status }, signal);
    },
    patchFinalizers: (target, finalizers, { resourceVersion, signal }) =>
      patch(target, '', { metadata: { resourceVersion, finalizers } }, signal),
  };
}

function generationOf(answer: unknown): number {
  const { generation } = (answer as { metadata: { generation?: unknown } }).metadata;
  return typeof generation === 'number' ? generation : 0;
}
