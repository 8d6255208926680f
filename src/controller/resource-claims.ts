import type { PamConnection } from '../api/pam-connection.gen.ts';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import { type Claimant, claimNames, winningRival } from '../core/claims.ts';
import { connectionFingerprint, type InstallKey } from '../core/digest.ts';
import { fold } from '../core/glob.ts';
import { isGranted } from '../core/grants.ts';
import { connectionName, declaredRecord, type ManagedResource, manage } from '../core/managed-resource.ts';
import { trustedResource } from '../core/trusted-resource.ts';
import { ClaimIndex } from './claim-index.ts';
import type { Caches } from './kubernetes.ts';

type Kind = 'PamCredential' | 'PamSshKey';

/** `<kind>/<namespace>/<name>` */
export type ResourceKey = `${Kind}/${string}/${string}`;

/** Claims of all resources on records, kept with the caches. */
export class ResourceClaims {
  readonly #index = new ClaimIndex<ResourceKey>();
  readonly #caches: Pick<Caches, 'get' | 'namespaceLabels'>;

  constructor(caches: Pick<Caches, 'get' | 'namespaceLabels'>) {
    this.#caches = caches;
  }

  /** The resource, or its connection, changed. @returns the resources that have to decide anew */
  changed(resource: PamCredential | PamSshKey): ReadonlySet<ResourceKey> {
    const managed = manage(resource);
    const connection = this.#caches.get('PamConnection', '', connectionName(resource));
    const names = connection === undefined ? [] : namesOf(managed, connection);
    return this.#index.set(keyOf(managed), names);
  }

  deleted(resource: PamCredential | PamSshKey): ReadonlySet<ResourceKey> {
    return this.#index.delete(keyOf(manage(resource)));
  }

  /**
   * The resource that this one loses its record to. Only resources that are granted `Create` or `Update` on their
   * target hold a claim, so that nobody can block a target that they may not touch; a suspended or deleting one keeps
   * its claim until it is gone.
   */
  rivalOf(resource: ManagedResource, key: InstallKey): Claimant | undefined {
    const rivals: Claimant[] = [];
    for (const other of this.#index.rivals(keyOf(resource))) {
      const claimant = this.#claimant(other, key);
      if (claimant !== undefined) rivals.push(claimant);
    }
    return rivals.length === 0 ? undefined : winningRival(claimantOf(resource), rivals);
  }

  #claimant(key: ResourceKey, installKey: InstallKey): Claimant | undefined {
    const [kind, namespace, name] = key.split('/') as [Kind, string, string];
    const cached = this.#caches.get(kind, namespace, name);
    if (cached === undefined) return undefined;
    const connection = this.#caches.get('PamConnection', '', connectionName(cached));
    if (connection === undefined) return undefined;
    const { resource } = trustedResource(manage(cached), installKey);
    const { hostname, username } = declaredRecord(resource, connection.spec.identifierPrefix);
    const namespaceLabels = this.#caches.namespaceLabels(namespace);
    const mayWrite = (['Create', 'Update'] as const).some((operation) =>
      isGranted(connection.spec.grants, { namespace, namespaceLabels, hostname, username, operation }),
    );
    return mayWrite ? claimantOf(resource) : undefined;
  }
}

function namesOf(resource: ManagedResource, { spec }: PamConnection): readonly string[] {
  const fingerprint = connectionFingerprint(spec.url, spec.tenant);
  const declared = declaredRecord(resource, spec.identifierPrefix);
  const names = claimNames(fingerprint, resource.kind, declared);
  // An adopted record keeps its own identifier, which the resource claims besides the one that it derives.
  const { identifier } = resource.status;
  if (identifier === undefined || fold(identifier) === fold(declared.identifier)) return names;
  return [...names, ...claimNames(fingerprint, 'key', { ...declared, identifier })];
}

function claimantOf(resource: ManagedResource): Claimant {
  const { uid, namespace, name, creationTimestamp } = resource.metadata;
  const holds = resource.status.id !== undefined;
  return { uid, kind: resource.kind, namespace, name, createdAt: creationTimestamp, holds };
}

function keyOf({ resourceKind, metadata }: ManagedResource): ResourceKey {
  return `${resourceKind}/${metadata.namespace}/${metadata.name}`;
}
