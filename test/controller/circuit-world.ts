import type { PamConnectionStatus } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential, PamCredentialSpec } from '../../src/api/pam-credential.gen.ts';
import type { ResourceMetadata } from '../../src/api/resource-metadata.ts';
import type { ConnectionCircuit } from '../../src/controller/connection-circuit.ts';
import type { PassResult } from '../../src/controller/pass-result.ts';
import { PamError, type PamFault, type PamOperation } from '../../src/core/pam-fault.ts';
import { credential } from './declared-resources.ts';
import { ReconcileWorld } from './reconcile-world.ts';

export const DOWN = { signal: 'httpStatus', httpStatus: 503 } as const;
export const READ_ONLY = { signal: 'code', code: 1039, httpStatus: 400 } as const;
export const REFUSED = { signal: 'httpStatus', httpStatus: 401 } as const;
export const WAITS: PassResult = { result: 'requeue_after' };

export function resource(
  name: string,
  spec: Partial<PamCredentialSpec> = {},
  metadata: Partial<ResourceMetadata> = {},
): PamCredential {
  return credential({ username: name, ...spec }, { name, uid: `uid of ${name}`, ...metadata });
}

/** A world of many resources, whose PAM breaks and heals. */
export class CircuitWorld extends ReconcileWorld {
  get circuit(): ConnectionCircuit | undefined {
    return this.connections.peek('default')?.session?.circuit;
  }

  get state(): PamConnectionStatus['state'] {
    return this.kubernetes.stored('PamConnection', '', 'default').status?.state;
  }

  /** Applies what is not there yet, and makes one pass. */
  async visitOf(name: string, spec?: Partial<PamCredentialSpec>): Promise<PassResult> {
    if (this.kubernetes.get('PamCredential', 'shop', name) === undefined)
      this.kubernetes.apply(resource(name, spec));
    return this.reconcile(resource(name));
  }

  /** One for each letter. */
  async visitEach(names: string): Promise<PassResult[]> {
    const results: PassResult[] = [];
    for (const name of names) results.push(await this.visitOf(name));
    return results;
  }

  edit(name: string, spec: Partial<PamCredentialSpec>, metadata: Partial<ResourceMetadata> = {}): void {
    const { status, metadata: present } = this.kubernetes.stored('PamCredential', 'shop', name);
    const next = { ...present, generation: present.generation + 1, ...metadata };
    this.kubernetes.apply(credential({ username: name, ...spec }, next, status));
  }

  /** Every call of these operations fails from now on. */
  breakPam(fault: Omit<PamFault, 'operation'>, operations: readonly PamOperation[] = ['Upsert']): void {
    this.pam.before = (operation) => {
      if (operations.includes(operation)) throw new PamError({ operation, kind: 'credential', ...fault });
    };
  }

  heal(): void {
    this.pam.before = () => {};
  }

  /** Names of those that were woken since the last call of this. */
  takeWoken(): (string | undefined)[] {
    return this.comingBack.splice(0).map(({ key }) => key.split('/').at(-1));
  }
}
