import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { ConnectionCircuit } from '../../src/controller/connection-circuit.ts';
import type { Session } from '../../src/controller/connections.ts';
import { type Executed, execute } from '../../src/controller/execute.ts';
import type { ExecutionPorts } from '../../src/controller/execution-ports.ts';
import { InventoryFeed } from '../../src/controller/inventory-feed.ts';
import type { Action, UpsertAction } from '../../src/core/action.ts';
import type { AuditRecord } from '../../src/core/audit-record.ts';
import type { InstallKey } from '../../src/core/digest.ts';
import { declaredRecord, manage } from '../../src/core/managed-resource.ts';
import type { UsableMaterial } from '../../src/core/material.ts';
import { SecretText } from '../../src/core/secret-text.ts';
import { credential } from './declared-resources.ts';
import { InMemoryKubernetes } from './in-memory-kubernetes.ts';
import { InMemoryPam } from './in-memory-pam.ts';
import { virtualClock } from './virtual-time.ts';

const installKey: InstallKey = { id: '01234567', bytes: Buffer.alloc(32, 7) };

/** One execution on in-memory parts: what the actions did, in one order across PAM and Kubernetes. */
export class ExecutionBench {
  readonly kubernetes = new InMemoryKubernetes();
  readonly pam = new InMemoryPam(virtualClock);
  readonly audits: AuditRecord[] = [];
  readonly pass = new AbortController();
  readonly sessionEnd = new AbortController();
  readonly stop = new AbortController();
  /** Asked before each write. */
  mayWrite: () => boolean = () => true;
  resource: PamCredential | PamSshKey = credential();
  material: UsableMaterial = {
    fields: [],
    content: new SecretText('hunter2'),
    additional: { totp: new SecretText('totp seed'), fields: new Map() },
  };
  priority = 0;
  hasSession = true;
  /** The brake's answer to a disable by deletion. */
  admitsDeletions = true;
  readonly deletions: unknown[] = [];

  /** Everything that went out, in order. */
  get log(): string[] {
    return this.#log;
  }
  readonly #log: string[] = [];

  constructor() {
    this.pam.before = () => {
      this.#log.push(this.pam.log.at(-1) ?? '');
    };
    this.kubernetes.onCall = (call) => this.#log.push(call);
  }

  /** Executes the actions for the bench's resource, which is stored first; or for a view that the test says. */
  async run(actions: readonly Action[], view?: PamCredential | PamSshKey): Promise<Executed> {
    const resource = manage(view ?? this.#stored());
    const declared = declaredRecord(resource, 'test');
    return execute(
      { resource, declared, parentId: undefined, material: this.material, installKey },
      actions,
      this.#ports(),
    );
  }

  #stored(): PamCredential | PamSshKey {
    this.kubernetes.apply(this.resource);
    const { kind, metadata } = this.resource;
    return this.kubernetes.stored(kind, metadata.namespace ?? '', metadata.name);
  }

  #ports(): ExecutionPorts {
    const session: Session = {
      version: '1',
      client: this.pam,
      inventory: new InventoryFeed(
        () => Promise.reject(new Error('no list is asked for')),
        virtualClock,
        () => {},
      ),
      circuit: new ConnectionCircuit({
        clock: virtualClock,
        probeIntervalMs: 30_000,
        gateProbeIntervalMs: 300_000,
        paceMs: 50,
        listRestMs: () => 0,
        onChanged: () => {},
        wake: () => {},
      }),
      requestTimeoutMs: 10_000,
      signal: this.sessionEnd.signal,
    };
    return {
      kubernetes: this.kubernetes,
      session: this.hasSession ? session : undefined,
      fence: (durationMs) => durationMs === 10_000 && this.mayWrite(),
      signal: this.pass.signal,
      stopping: this.stop.signal,
      priority: this.priority,
      waitSeconds: () => undefined,
      admitDeletion: async (connection, deletion) => {
        this.deletions.push({ connection, ...deletion });
        return this.admitsDeletions;
      },
      newRequestId: () => `request ${this.audits.length + 1}`,
      audit: (record) => this.audits.push(record),
      conditionClock: () => ({ now: '2026-03-01T10:00:00Z', progressDeadlineSeconds: 600 }),
      clock: virtualClock,
    };
  }
}

/** A create of `test_shop_orders` that sends the content, unless told otherwise. */
export function upsert(overrides: Partial<UpsertAction> = {}): UpsertAction {
  return {
    do: 'upsert',
    mode: 'create',
    identifier: 'test_shop_orders',
    content: 'send',
    additional: 'none',
    ...overrides,
  };
}

export const disableAfter: Action = { do: 'disable', id: 'upserted', always: true };
export const enableNew: Action = { do: 'enable', id: 'upserted', unlessRegistered: true };
