import type { PamCredential, PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { ResourceMetadata } from '../../src/api/resource-metadata.ts';
import type { ReconcilePorts } from '../../src/controller/reconcile-ports.ts';
import type { Claimant } from '../../src/core/claims.ts';
import { credential, fromSecret } from '../controller/declared-resources.ts';
import { ReconcileWorld } from '../controller/reconcile-world.ts';

/**
 * The credential `shop/orders` with its Secret, on the real core and controller. PAM Core and the API server are maps, so
 * that a story can stop the process between any two calls.
 */
export class OrdersStory extends ReconcileWorld {
  /** Another resource that has the better claim to the record. */
  rival: Claimant | undefined;

  override ports(): ReconcilePorts {
    return { ...super.ports(), rivalOf: () => this.rival };
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

  declare(spec: Partial<PamCredentialSpec> = {}): void {
    this.kubernetes.apply(credential({ content: fromSecret, ...spec }));
  }

  secret(password: string): void {
    this.kubernetes.secret('shop/orders', { password });
  }

  /** A user's edit. */
  edit(
    spec: Partial<PamCredentialSpec>,
    metadata: Partial<ResourceMetadata> = {},
    status?: PamCredential['status'] | 'wiped',
  ): void {
    const before = this.kubernetes.stored('PamCredential', 'shop', 'orders');
    const kept = status === undefined ? before.status : status === 'wiped' ? undefined : status;
    const newer = { ...before.metadata, generation: before.metadata.generation + 1, ...metadata };
    this.kubernetes.apply(credential({ ...before.spec, ...spec }, newer, kept));
  }

  /** A pass a minute later, when a new list may be asked for. */
  async passes(): Promise<void> {
    await this.wait(61_000);
    await this.reconcile();
  }

  /** The process dies; another one knows nothing but what the API server and PAM Core hold. */
  crash(): void {
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

  message(): string {
    return this.status().conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
  }
}
