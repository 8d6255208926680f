import { FINALIZER, FORCE_SYNC_ANNOTATION } from '../api/names.ts';
import type { PamCredential, PamCredentialSpec, PamCredentialStatus } from '../api/pam-credential.gen.ts';
import type { PamSshKey, PamSshKeySpec, PamSshKeyStatus } from '../api/pam-ssh-key.gen.ts';
import type { ResourceMetadata } from '../api/resource-metadata.ts';
import { deriveIdentifier } from './identifier.ts';

/** A PamCredential or PamSshKey, with what both have in common within reach. */
export type ManagedResource = ManagedCredential | ManagedKey;

interface Managed {
  readonly metadata: ResourceMetadata & { readonly namespace: string };
  /** Somebody asked for the deletion. */
  readonly deleting: boolean;
  readonly hasFinalizer: boolean;
  /** Value of the force-sync annotation that was not handled yet. */
  readonly forceSync: string | undefined;
  /** A force-sync is to be carried out: without a status of ours it is only echoed (design 4.5). */
  readonly forced: boolean;
  /** The status tells of an earlier record, whether or not it may be believed. */
  readonly trace: boolean;
  /** The status as the API server holds it: what a status write is compared with. */
  readonly stored: object;
}

interface ManagedCredential extends Managed {
  readonly kind: 'credential';
  readonly resourceKind: 'PamCredential';
  readonly spec: PamCredentialSpec;
  readonly status: PamCredentialStatus;
  /** What `spec.parentRef` leads to, once it was looked up. */
  readonly parent?: ParentRecord;
}

/** The record of a parent: both absent while it has none that may be used. */
export interface ParentRecord {
  readonly id?: string;
  /** Names of the resources from this one round to itself: none of them can ever have a parent first. */
  readonly cycle?: readonly string[];
}

interface ManagedKey extends Managed {
  readonly kind: 'key';
  readonly resourceKind: 'PamSshKey';
  readonly spec: PamSshKeySpec;
  readonly status: PamSshKeyStatus;
}

export function manage(resource: PamCredential | PamSshKey): ManagedResource {
  const { metadata } = resource;
  const asked = metadata.annotations?.[FORCE_SYNC_ANNOTATION];
  const forceSync =
    asked !== undefined && asked !== resource.status?.lastHandledForceSync ? asked : undefined;
  const trace = hasRecordTrace(resource.status ?? {});
  const common = {
    metadata: { ...metadata, namespace: metadata.namespace ?? '' },
    deleting: metadata.deletionTimestamp !== undefined,
    hasFinalizer: metadata.finalizers?.includes(FINALIZER) ?? false,
    forceSync,
    forced: forceSync !== undefined && trace,
    trace,
    stored: resource.status ?? {},
  };
  return resource.kind === 'PamCredential'
    ? {
        ...common,
        kind: 'credential',
        resourceKind: 'PamCredential',
        spec: resource.spec,
        status: resource.status ?? {},
      }
    : {
        ...common,
        kind: 'key',
        resourceKind: 'PamSshKey',
        spec: resource.spec,
        status: resource.status ?? {},
      };
}

/**
 * Whether a status tells of an earlier record. Any trace of one suffices to refrain from creating a second
 * (design 3.4): what became of the rest of the status does not matter.
 */
function hasRecordTrace(status: ManagedResource['status']): boolean {
  const { id, identifier, applied, enabled, lastSyncTime, content } = status;
  return [id, identifier, applied, enabled, lastSyncTime, content].some((trace) => trace !== undefined);
}

/** The name of the connection that a resource uses. */
export function connectionName(resource: { readonly spec: { readonly connection?: string } }): string {
  return resource.spec.connection ?? 'default';
}

/** Which record a resource declares, and where it stands. */
export interface DeclaredRecord {
  readonly identifier: string;
  /** From `spec.identifier`: not derived, so it needs a grant that names it. */
  readonly explicit: boolean;
  readonly username: string;
  readonly hostname: string;
  readonly ip: string;
}

/** PAM turns an absent username of an SSH key into this one (pam-core-api 6.7). */
const DEFAULT_KEY_USERNAME = 'usr';

export function declaredRecord(resource: ManagedResource, identifierPrefix: string): DeclaredRecord {
  const { spec, metadata, kind } = resource;
  return {
    identifier:
      spec.identifier ?? deriveIdentifier(identifierPrefix, metadata.namespace, metadata.name, kind),
    explicit: spec.identifier !== undefined,
    username: spec.username ?? DEFAULT_KEY_USERNAME,
    hostname: spec.device?.hostname ?? '',
    ip: spec.device?.ip ?? '',
  };
}
