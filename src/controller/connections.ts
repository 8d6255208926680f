import type { PamConnection } from '../api/pam-connection.gen.ts';
import type { CircuitSettings } from '../core/circuit.ts';
import { classify } from '../core/classify.ts';
import type { Clock } from '../core/clock.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import { connectionFingerprint } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import type { PamClient } from '../core/pam-call.ts';
import { PamError } from '../core/pam-fault.ts';
import { type BreakerState, ConnectionCircuit } from './connection-circuit.ts';
import { InventoryFeed } from './inventory-feed.ts';
import type { ResourceKey } from './resource-claims.ts';

/** A live connection to one PAM Core: belongs to UID, generation and the version of its Secret and CA. */
export interface Session {
  /** What it was made from; another text means a new session. */
  readonly version: string;
  readonly client: PamClient;
  readonly inventory: InventoryFeed;
  readonly circuit: ConnectionCircuit;
  readonly requestTimeoutMs: number;
  /** Ends every call of the session. */
  readonly signal: AbortSignal;
}

/** What resources see of their connection. */
export interface ConnectionView {
  readonly connection: PamConnection;
  readonly fingerprint: string;
  /** Absent when there is a problem. */
  readonly session?: Session;
  readonly problem?: Failure;
  /** Another installation has it: its resources are that one's to write to. */
  readonly isForeign?: boolean;
}

export interface ConnectionsOptions {
  /** Throws a TypeError where a setting cannot be used; its message is a sentence without any value. */
  readonly createClient: (name: string, settings: ConnectionSettings) => PamClient;
  readonly clock: Clock;
  readonly newRequestId: () => string;
  readonly onInventory: (connection: string, index: InventoryIndex) => void | Promise<void>;
  readonly probes: CircuitSettings;
  /** The state machine of a session changed, or what it holds calls back for: the connection has to be visited. */
  readonly onCircuit: (connection: string, breaker: BreakerState) => void;
  /** A resource that waited for its connection may call. */
  readonly wake: (key: ResourceKey, priority: number, afterMs: number) => void;
}

/** The live sessions by name of their PamConnection. Written by the connection's reconcile, read by everybody. */
export class Connections {
  readonly #views = new Map<string, ConnectionView>();
  readonly #stops = new Map<string, AbortController>();
  readonly #firstVisits = new Map<string, PromiseWithResolvers<void>>();
  readonly #options: ConnectionsOptions;
  #stopped = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /**
   * The connection as its last reconcile left it. Waits for the first one, so that a start does not write
   * "not ready" into resources that are in sync. Absent: the connection does not exist, or, where `exists` still
   * says that it does, nothing is known of it (it was just created anew, or the process stops).
   */
  async get(name: string, exists: () => boolean): Promise<ConnectionView | undefined> {
    if (!this.#stopped && !this.#views.has(name) && exists()) await this.#firstVisit(name).promise;
    return this.#views.get(name);
  }

  /** The connection as its last reconcile left it; absent before the first one. */
  peek(name: string): ConnectionView | undefined {
    return this.#views.get(name);
  }

  /** The connection can be used with these settings. A session of the same version goes on. Throws as `createClient`. */
  open(connection: PamConnection, version: string, settings: ConnectionSettings): Session {
    const { name } = connection.metadata;
    const present = this.#views.get(name)?.session;
    if (present?.version === version) {
      this.#set(connection, { session: present });
      return present;
    }
    const client = this.#options.createClient(name, settings);
    this.#stop(name);
    const stop = new AbortController();
    this.#stops.set(name, stop);
    const { clock, newRequestId, onInventory, onCircuit, probes, wake } = this.#options;
    const circuit: ConnectionCircuit = new ConnectionCircuit({
      ...probes,
      clock,
      paceMs: 1000 / settings.limits.requestsPerSecond,
      listRestMs: () => inventory.restMs(),
      onChanged: () => onCircuit(name, circuit.breaker),
      wake,
    });
    const list = async (urgent: boolean) => {
      const call = { kind: 'list', urgent } as const;
      if (!circuit.admits(call)) throw listEnded();
      return circuit.guard(
        call,
        (mayStart) => client.list({ signal: stop.signal, requestId: newRequestId(), mayStart }),
        ({ fault }) => classify(fault, {}),
      );
    };
    const inventory = new InventoryFeed(list, clock, (index) => onInventory(name, index));
    const session = {
      version,
      client,
      inventory,
      circuit,
      requestTimeoutMs: settings.timeouts.requestMs,
      signal: stop.signal,
    };
    this.#set(connection, { session });
    return session;
  }

  /** The connection cannot be used. */
  refuse(connection: PamConnection, problem: Failure, because?: 'anotherInstallation'): void {
    this.#stop(connection.metadata.name);
    this.#set(connection, { problem, isForeign: because !== undefined });
  }

  /** The PamConnection is gone. */
  remove(name: string): void {
    this.#stop(name);
    this.#views.delete(name);
    this.#firstVisit(name).resolve();
    // Created anew under its name, it is waited for again.
    this.#firstVisits.delete(name);
  }

  /** A pass has ended, whatever became of its resource. */
  passEnded(key: ResourceKey): void {
    for (const { session } of this.#views.values()) session?.circuit.passEnded(key);
  }

  /** Another replica has led meanwhile, so older lists do not show what it wrote. */
  forgetLists(): void {
    for (const { session } of this.#views.values()) session?.inventory.forget();
  }

  /** Nobody waits for a list or for a first visit any more; calls that run go on until {@link stop}. */
  drain(): void {
    this.#stopped = true;
    for (const { session } of this.#views.values()) session?.inventory.stop(listEnded());
    for (const { resolve } of this.#firstVisits.values()) resolve();
  }

  stop(): void {
    this.drain();
    for (const name of [...this.#stops.keys()]) this.#stop(name);
  }

  #set(
    connection: PamConnection,
    state: { session: Session } | { problem: Failure; isForeign: boolean },
  ): void {
    const { name } = connection.metadata;
    const fingerprint = connectionFingerprint(connection.spec.url, connection.spec.tenant);
    this.#views.set(name, { connection, fingerprint, ...state });
    this.#firstVisit(name).resolve();
  }

  #firstVisit(name: string): PromiseWithResolvers<void> {
    let visit = this.#firstVisits.get(name);
    if (visit === undefined) {
      visit = Promise.withResolvers<void>();
      this.#firstVisits.set(name, visit);
    }
    return visit;
  }

  #stop(name: string): void {
    const session = this.#views.get(name)?.session;
    this.#stops.get(name)?.abort();
    this.#stops.delete(name);
    if (session === undefined) return;
    session.circuit.stop();
    session.inventory.stop(listEnded());
    session.client.close();
  }
}

function listEnded(): PamError {
  return new PamError({ operation: 'List', signal: 'aborted' });
}
