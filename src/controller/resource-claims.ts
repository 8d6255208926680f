import type { PamConnection } from '../api/pam-connection.gen.ts';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import { type Claimant, claimNames, winnerOf } from '../core/claims.ts';
import { connectionFingerprint, type InstallKey } from '../core/digest.ts';
import { fold } from '../core/glob.ts';
import { isGranted } from '../core/grants.ts';
import { namedIdentifier } from '../core/grants-needed.ts';
import { connectionName, declaredRecord, type ManagedResource, manage } from '../core/managed-resource.ts';
import { mapKey } from '../core/map-key.ts';
import { isPendingCreate } from '../core/plan-record.ts';
import { trustedResource } from '../core/trusted-resource.ts';
import { ClaimIndex } from './claim-index.ts';
import type { Caches } from './kubernetes.ts';

type Kind = 'PamCredential' | 'PamSshKey';

/** `<kind>/<namespace>/<name>` */
export type ResourceKey = `${Kind}/${string}/${string}`;

/** Lists that decide are 10 s old at most; what was written long before them is in them. */
const WRITES_KEPT_MS = 60_000;

/** A resource that may claim, under the names that its sealed status and its spec give it. */
interface Claim {
  readonly claimant: Claimant;
  readonly names: readonly string[];
  /** A grant allows it to write there, under that identifier: only then it stands in anybody's way. */
  readonly mayWrite: boolean;
}

/** The names of a claim, and what they were made from. */
interface KnownNames {
  /** Another object once it has changed. */
  readonly spec: ManagedResource['spec'];
  readonly fingerprint: string;
  readonly identifierPrefix: string;
  readonly identifier: string | undefined;
  readonly names: readonly string[];
}

/** Claims of all resources on records, kept with the caches. */
export class ResourceClaims {
  readonly #index = new ClaimIndex<ResourceKey>();
  readonly #caches: Pick<Caches, 'get' | 'namespaceLabels'>;
  readonly #fingerprints = new WeakMap<PamConnection, string>();
  /** By UID, of the resources that the caches hold: they are asked for several times in each pass. */
  readonly #names = new Map<string, KnownNames>();
  /** In the order of the writes. */
  readonly #writtenAtMs = new Map<string, number>();

  constructor(caches: Pick<Caches, 'get' | 'namespaceLabels'>) {
    this.#caches = caches;
  }

  /** The resource, or its connection, changed. @returns the resources that have to decide anew */
  changed(resource: PamCredential | PamSshKey): ReadonlySet<ResourceKey> {
    const managed = manage(resource);
    const known = this.#currentNames(managed);
    if (known === undefined) this.#names.delete(managed.metadata.uid);
    else this.#names.set(managed.metadata.uid, known);
    return this.#index.set(resourceKey(managed), known?.names ?? []);
  }

  deleted(resource: PamCredential | PamSshKey): ReadonlySet<ResourceKey> {
    this.#names.delete(resource.metadata.uid);
    return this.#index.delete(resourceKey(manage(resource)));
  }

  /** Who claims the same record: they have to decide anew when this one gains or loses its grant. */
  rivalsOf(resource: PamCredential | PamSshKey): ReadonlySet<ResourceKey> {
    return this.#index.rivals(resourceKey(manage(resource)));
  }

  /**
   * The resource that this one loses its record to. Only resources that are granted `Create` or `Update` on their
   * target hold a claim, so that nobody can block a target that they may not touch, and whoever holds none loses to
   * anyone who does; a suspended or deleting one keeps its claim until it is gone.
   *
   * The index goes by statuses as they are. Here only what their seals vouch for counts: else a status that names
   * somebody's identifier would be a claim to it.
   *
   * @param resource with a status that may be trusted
   */
  rivalOf(resource: ManagedResource, key: InstallKey): Claimant | undefined {
    const rivals = this.#index.rivals(resourceKey(resource));
    if (rivals.size === 0) return undefined;
    const self = this.#claim(resource);
    if (self === undefined) return undefined;
    const names = new Set(self.names);
    const claimants = self.mayWrite ? [self.claimant] : [];
    for (const other of rivals) {
      const [kind, namespace, name] = other.split('/') as [Kind, string, string];
      const cached = this.#caches.get(kind, namespace, name);
      if (cached === undefined) continue;
      const rival = this.#claim(trustedResource(manage(cached), key).resource);
      if (rival?.mayWrite && rival.names.some((claimed) => names.has(claimed)))
        claimants.push(rival.claimant);
    }
    const winner = winnerOf(claimants);
    return winner?.uid === self.claimant.uid ? undefined : winner;
  }

  /** A call for the record ended at this monotonic time: lists that were sent before do not show what it did. */
  recordWritten(resource: ManagedResource, atMs: number): void {
    for (const name of this.#namesOf(resource)) {
      this.#writtenAtMs.delete(name);
      this.#writtenAtMs.set(name, atMs);
    }
    for (const [name, writtenAtMs] of this.#writtenAtMs) {
      if (atMs - writtenAtMs < WRITES_KEPT_MS) break;
      this.#writtenAtMs.delete(name);
    }
  }

  /** When a call for a record that this resource claims last ended, whichever resource it was for. */
  recordWrittenAtMs(resource: ManagedResource): number | undefined {
    const times = this.#namesOf(resource).flatMap((name) => this.#writtenAtMs.get(name) ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  #namesOf(resource: ManagedResource): readonly string[] {
    return this.#currentNames(resource)?.names ?? [];
  }

  /** Those that are known where they still hold. Absent where the connection does not exist. */
  #currentNames(resource: ManagedResource): KnownNames | undefined {
    const connection = this.#connectionOf(resource);
    if (connection === undefined) return undefined;
    const { spec, status, metadata } = resource;
    const { identifier } = status;
    const { identifierPrefix } = connection.spec;
    const fingerprint = this.#fingerprintOf(connection);
    const known = this.#names.get(metadata.uid);
    const isKnown = known?.fingerprint === fingerprint && known.identifierPrefix === identifierPrefix;
    if (isKnown && known.spec === spec && known.identifier === identifier) return known;
    const made = namesOf(resource, identifierPrefix, fingerprint);
    // Most changes are of the status: the texts that are there already stay the only ones.
    const isSame = known?.names.length === made.length && made.every((name, at) => name === known.names[at]);
    const names = isSame ? known.names : made;
    return { spec, fingerprint, identifierPrefix, identifier, names };
  }

  #fingerprintOf(connection: PamConnection): string {
    let fingerprint = this.#fingerprints.get(connection);
    if (fingerprint === undefined) {
      fingerprint = connectionFingerprint(connection.spec.url, connection.spec.tenant);
      this.#fingerprints.set(connection, fingerprint);
    }
    return fingerprint;
  }

  #claim(resource: ManagedResource): Claim | undefined {
    const connection = this.#connectionOf(resource);
    if (connection === undefined) return undefined;
    const { namespace } = resource.metadata;
    const { identifierPrefix, grants } = connection.spec;
    const declared = declaredRecord(resource, identifierPrefix);
    const { hostname, username } = declared;
    const namespaceLabels = this.#caches.namespaceLabels(namespace);
    const named = namedIdentifier(
      declared,
      resource.status.identifier ?? declared.identifier,
      identifierPrefix,
    );
    const target = { namespace, namespaceLabels, hostname, username, ...named };
    const mayWrite = (['Create', 'Update'] as const).some((operation) =>
      isGranted(grants, { ...target, operation }),
    );
    return { claimant: claimantOf(resource), names: this.#namesOf(resource), mayWrite };
  }

  #connectionOf(resource: Pick<ManagedResource, 'spec'>): PamConnection | undefined {
    return this.#caches.get('PamConnection', '', connectionName(resource));
  }
}

function namesOf(
  resource: ManagedResource,
  identifierPrefix: string,
  fingerprint: string,
): readonly string[] {
  const declared = declaredRecord(resource, identifierPrefix);
  const names = claimNames(fingerprint, resource.kind, declared);
  // An adopted record keeps its own identifier, which the resource claims besides the one that it derives.
  const { identifier } = resource.status;
  if (identifier === undefined || fold(identifier) === fold(declared.identifier)) return names;
  return [...names, ...claimNames(fingerprint, 'key', { ...declared, identifier })];
}

function claimantOf(resource: ManagedResource): Claimant {
  const { uid, namespace, name, creationTimestamp } = resource.metadata;
  // A create on its way holds too: another resource of the same second could come in between.
  const holds = resource.status.id !== undefined || isPendingCreate({ resource });
  return { uid, kind: resource.kind, namespace, name, createdAt: creationTimestamp, holds };
}

export function resourceKey({ resourceKind, metadata }: ManagedResource): ResourceKey {
  return mapKey('/', resourceKind, metadata.namespace, metadata.name) as ResourceKey;
}
