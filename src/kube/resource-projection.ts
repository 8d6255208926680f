import { API_GROUP } from '../api/names.ts';
import type { PamConnection } from '../api/pam-connection.gen.ts';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import type { ResourceMetadata } from '../api/resource-metadata.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import { asObject, type JsonObject, textField } from './json-fields.ts';
import { identityOf } from './object-identity.ts';
import { RESOURCE_API, type ResourceKind } from './resource-path.ts';

/** The part of a custom resource's metadata that the cache keeps. */
interface ProjectedMetadata extends ResourceMetadata {
  /** Empty for a PamConnection. */
  namespace: string;
  /** Only the operator's own keys: others are of no use here and may be large or hold secrets. */
  annotations?: Record<string, string>;
  /** Field manager of the last change of spec or metadata by somebody else, for the audit record. */
  lastEditor?: string;
}

/** A custom resource as the cache keeps it: no managedFields, which are larger than the rest of most resources. */
type Projected<R> = Omit<R, 'metadata'> & { metadata: ProjectedMetadata };

/** The custom resource of each kind. */
export interface ResourceOf {
  PamConnection: Projected<PamConnection>;
  PamCredential: Projected<PamCredential>;
  PamSshKey: Projected<PamSshKey>;
}

const OWN_PREFIX = `${API_GROUP}/`;

/** Field managers are validated to this length by the API server; older objects may hold longer ones. */
const MAX_MANAGER = 128;

/**
 * Copies what the operator needs out of an object of the API server. The API server has validated `spec` and
 * `status` against the definition, so their types are taken on trust.
 * @returns `undefined` where the object has no identity or no spec
 */
export function projectResource<K extends ResourceKind>(kind: K, raw: unknown): ResourceOf[K] | undefined {
  const object = asObject(raw);
  const identity = identityOf(object);
  const spec = asObject(object?.spec);
  if (identity === undefined || spec === undefined) return undefined;
  const from = asObject(object?.metadata);
  const deletionTimestamp = textField(from, 'deletionTimestamp');
  const finalizers = textItems(from?.finalizers);
  const annotations = ownAnnotations(asObject(from?.annotations));
  const lastEditor = lastEditorOf(from?.managedFields);
  const metadata: ProjectedMetadata = {
    name: identity.name,
    namespace: identity.namespace,
    uid: identity.uid,
    resourceVersion: identity.resourceVersion,
    generation: typeof from?.generation === 'number' ? from.generation : 0,
    creationTimestamp: textField(from, 'creationTimestamp') ?? '',
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(finalizers !== undefined && { finalizers }),
    ...(annotations !== undefined && { annotations }),
    ...(lastEditor !== undefined && { lastEditor }),
  };
  const status = asObject(object?.status);
  const projected = {
    apiVersion: RESOURCE_API,
    kind,
    metadata,
    spec,
    ...(status !== undefined && { status }),
  };
  return projected as unknown as ResourceOf[K];
}

function textItems(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.filter((item) => typeof item === 'string');
}

function ownAnnotations(all: JsonObject | undefined): Record<string, string> | undefined {
  const own: [string, string][] = [];
  for (const [key, value] of Object.entries(all ?? {})) {
    if (key.startsWith(OWN_PREFIX) && typeof value === 'string') own.push([key, value]);
  }
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** Status writes edit nothing, and the operator's own finalizer would hide who asked for the change. */
function lastEditorOf(managedFields: unknown): string | undefined {
  let newest: { readonly manager: string; readonly time: string } | undefined;
  for (const item of Array.isArray(managedFields) ? managedFields : []) {
    const entry = asObject(item);
    const manager = textField(entry, 'manager');
    if (!manager || manager === FIELD_MANAGER || textField(entry, 'subresource') === 'status') continue;
    const time = textField(entry, 'time') ?? '';
    // RFC 3339 in UTC with fixed width: text order is time order.
    if (newest === undefined || time >= newest.time) newest = { manager, time };
  }
  return newest?.manager.slice(0, MAX_MANAGER);
}
