import type { PamConnectionStatus } from '../api/pam-connection.gen.ts';
import { brake, type Deletion } from '../core/deletion-brake.ts';
import { KubeError } from '../core/kube-error.ts';
import type { Kubernetes } from './kubernetes.ts';

interface Waiting {
  readonly deletion: Deletion;
  readonly resolve: (admitted: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface Gate {
  readonly waiting: Waiting[];
  busy: boolean;
}

/** How often a count is written again because the connection changed in between. */
const MAX_CONFLICTS = 5;

/**
 * The deletion brakes of all connections. A disable by deletion is counted in the connection's status before its call,
 * so that a crash neither forgets nor repeats it; deletions that wait at the same time share one read and one write.
 */
export class DeletionBrakes {
  readonly #gates = new Map<string, Gate>();
  readonly #kubernetes: Pick<Kubernetes, 'readResource' | 'writeStatus'>;
  readonly #now: () => string;
  readonly #onWritten: (connection: string, resourceVersion: string) => void;

  constructor(
    kubernetes: Pick<Kubernetes, 'readResource' | 'writeStatus'>,
    now: () => string,
    onWritten: (connection: string, resourceVersion: string) => void,
  ) {
    this.#onWritten = onWritten;
    this.#kubernetes = kubernetes;
    this.#now = now;
  }

  /** Whether the record may be disabled now. Rejects as the API server does: then nothing was counted. */
  admit(connection: string, deletion: Deletion): Promise<boolean> {
    const gate = this.#gateOf(connection);
    return new Promise((resolve, reject) => {
      gate.waiting.push({ deletion, resolve, reject });
      if (!gate.busy) void this.#serve(connection, gate);
    });
  }

  #gateOf(connection: string): Gate {
    let gate = this.#gates.get(connection);
    if (gate === undefined) {
      gate = { waiting: [], busy: false };
      this.#gates.set(connection, gate);
    }
    return gate;
  }

  async #serve(connection: string, gate: Gate): Promise<void> {
    gate.busy = true;
    while (gate.waiting.length > 0) {
      const batch = gate.waiting.splice(0);
      try {
        const admitted = await this.#count(connection, batch);
        for (const { deletion, resolve } of batch) resolve(admitted.has(deletion.uid));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    gate.busy = false;
  }

  async #count(name: string, batch: readonly Waiting[]): Promise<ReadonlySet<string>> {
    const target = { kind: 'PamConnection', namespace: '', name } as const;
    for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
      const connection = await this.#kubernetes.readResource(target);
      if (connection === 'notFound') throw unanswered('get', 404);
      const { spec, metadata } = connection;
      const status: PamConnectionStatus = connection.status ?? {};
      const admitted = new Set<string>();
      let deletions = status.deletions;
      for (const { deletion } of batch) {
        const decision = brake(spec.deletionBrake, deletions, deletion, this.#now());
        if (!decision.passes) continue;
        admitted.add(deletion.uid);
        deletions = decision.deletions ?? deletions;
      }
      const next = { ...status, ...(deletions !== undefined && { deletions }) };
      const { uid, resourceVersion } = metadata;
      const result = await this.#kubernetes.writeStatus({ ...target, uid }, status, next, {
        resourceVersion,
      });
      if (result.outcome === 'written') this.#onWritten(name, result.resourceVersion);
      if (result.outcome === 'written' || result.outcome === 'unchanged') return admitted;
    }
    throw unanswered('patch', 409);
  }
}

/** Nothing was decided: to say "held" would hold it until somebody releases it. */
function unanswered(verb: 'get' | 'patch', status: number): KubeError {
  return new KubeError({ verb, resource: 'pamconnections', signal: 'http', status });
}
