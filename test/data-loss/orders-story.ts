import type { PamCredential, PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { ResourceMetadata } from '../../src/api/resource-metadata.ts';
import { DeletionBrakes } from '../../src/controller/deletion-brakes.ts';
import { inTurns } from '../../src/controller/in-turns.ts';
import type { Kubernetes } from '../../src/controller/kubernetes.ts';
import type { PassResult } from '../../src/controller/pass-result.ts';
import type { ConnectionPorts } from '../../src/controller/reconcile-connection.ts';
import type { ReconcilePorts } from '../../src/controller/reconcile-ports.ts';
import { ResourceClaims } from '../../src/controller/resource-claims.ts';
import { manage } from '../../src/core/managed-resource.ts';
import { unclaimedEntries } from '../../src/core/unclaimed-entries.ts';
import { credential, fromSecret } from '../controller/declared-resources.ts';
import { ReconcileWorld } from '../controller/reconcile-world.ts';
import { frozenBefore } from './frozen-before.ts';

/**
 * The credential `shop/orders` with its Secret, on the real core and controller with real claims and deletion brakes.
 * PAM Core and the API server are maps, so that a story can stop the process between any two calls.
 */
export class OrdersStory extends ReconcileWorld {
  readonly #claims = new ResourceClaims(this.kubernetes);
  readonly #brakes = new DeletionBrakes(
    this.kubernetes,
    () => super.ports().conditionClock().now,
    () => {},
  );
  #frozen: { readonly before: keyof Kubernetes; readonly meanwhile: () => Promise<void> } | undefined;

  override ports(): ReconcilePorts {
    const frozen = this.#frozen;
    this.#frozen = undefined;
    const { kubernetes } = this;
    return {
      ...super.ports(),
      kubernetes:
        frozen === undefined ? kubernetes : frozenBefore(kubernetes, frozen.before, frozen.meanwhile),
      rivalOf: (resource, key) => this.#claims.rivalOf(resource, key),
      recordWritten: (resource, atMs) => this.#claims.recordWritten(resource, atMs),
      recordWrittenAtMs: (resource) => this.#claims.recordWrittenAtMs(resource),
      admitDeletion: (connection, deletion) => this.#brakes.admit(connection, deletion),
    };
  }

  override connectionPorts(): ConnectionPorts {
    return {
      ...super.connectionPorts(),
      unclaimed: ({ spec }, { inventory }) =>
        inTurns(unclaimedEntries(inventory, spec.identifierPrefix, this.#credentials().map(manage))),
    };
  }

  override reconcile(resource?: PamCredential, priority?: number, seenAtMs?: number): Promise<PassResult> {
    for (const each of this.#credentials()) this.#claims.changed(each);
    return super.reconcile(resource, priority, seenAtMs);
  }

  /** Another process on the same API server and PAM Core. It has its own memory and its own lists. */
  replica(): OrdersStory {
    const other = new OrdersStory(this);
    other.connect(this.kubernetes.stored('PamConnection', '', 'default'));
    return other;
  }

  /** The next pass stands still right before its first call of this name, while something else happens. */
  freezes(before: keyof Kubernetes, meanwhile: () => Promise<void>): void {
    this.#frozen = { before, meanwhile };
  }

  /** In sync with password `one`, and the baseline of `change` is known. */
  async begins(spec: Partial<PamCredentialSpec> = {}): Promise<void> {
    this.secret('one');
    this.connect();
    this.declare(spec);
    await this.passes();
    await this.passes();
    if (this.ready() !== 'True Synced') throw new Error(`the story begins with ${this.ready()}`);
    this.takeCosts();
  }

  /** A user applies a resource: `orders`, unless the metadata says otherwise. */
  declare(spec: Partial<PamCredentialSpec> = {}, metadata: Partial<ResourceMetadata> = {}): void {
    const { name } = metadata;
    const uid = name === undefined ? {} : { uid: `uid of ${name}` };
    this.kubernetes.apply(credential({ content: fromSecret, ...spec }, { ...uid, ...metadata }));
  }

  secret(password: string): void {
    this.kubernetes.secret('shop/orders', { password });
  }

  /** A user's edit. */
  edit(
    spec: Partial<PamCredentialSpec>,
    metadata: Partial<ResourceMetadata> = {},
    status?: PamCredential['status'] | 'wiped',
    name = 'orders',
  ): void {
    const before = this.stored(name);
    const kept = status === undefined ? before.status : status === 'wiped' ? undefined : status;
    const newer = { ...before.metadata, generation: before.metadata.generation + 1, ...metadata };
    this.kubernetes.apply(credential({ ...before.spec, ...spec }, newer, kept));
  }

  /** A user deletes the resource: it goes at once, or when its last finalizer is off. */
  deletes(name = 'orders'): void {
    const before = this.stored(name);
    const { finalizers = [], generation } = before.metadata;
    if (finalizers.length === 0) {
      this.kubernetes.delete(before);
      return;
    }
    const deletionTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
    const metadata = { ...before.metadata, generation: generation + 1, deletionTimestamp };
    this.kubernetes.apply({ ...before, metadata });
  }

  /** A pass a minute later, when a new list may be asked for. */
  async passes(name = 'orders'): Promise<void> {
    await this.wait(61_000);
    await this.reconcile(credential({}, { name }));
  }

  /** The process dies; another one knows nothing but what the API server and PAM Core hold. */
  crash(): void {
    this.leadsAgain();
  }

  /** What `operator.ts` does when the Lease comes back. */
  leadsAgain(): void {
    this.memories.forgetAll();
    this.connections.forgetLists();
  }

  /** Somebody else changed the record. */
  rotate(content: string): void {
    const record = this.record();
    record.content = content;
    record.changes += 1;
  }

  record() {
    const [record] = this.pam.records.values();
    if (record === undefined) throw new Error('PAM Core has no record');
    return record;
  }

  stored(name = 'orders'): PamCredential {
    return this.kubernetes.stored('PamCredential', 'shop', name);
  }

  /** Passwords that were sent, in order. */
  pushed(): readonly string[] {
    return this.pam.calls.flatMap(({ content }) => content ?? []);
  }

  /** Everything that was called but the list. */
  writes(): readonly string[] {
    return this.pam.log.filter((call) => call !== 'List');
  }

  /** Entries with our prefix that no resource derives, as the PamConnection says. */
  unclaimedEntries(): number | undefined {
    return this.kubernetes.stored('PamConnection', '', 'default').status?.inventory?.unclaimedEntries;
  }

  /** Of the connection, as statuses name it. */
  fingerprint(): string {
    return this.connections.peek('default')?.fingerprint ?? '';
  }

  message(): string {
    return this.status().conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
  }

  #credentials(): PamCredential[] {
    return [...this.kubernetes.list('PamCredential')];
  }
}
