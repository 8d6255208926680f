import { vi } from 'vitest';
import type { PamConnection } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { ConnectionUsage } from '../../src/controller/connection-usage.ts';
import { Connections } from '../../src/controller/connections.ts';
import { OwnVersions } from '../../src/controller/own-versions.ts';
import type { PassResult } from '../../src/controller/pass-result.ts';
import { type ConnectionPorts, reconcileConnection } from '../../src/controller/reconcile-connection.ts';
import type { ReconcilePorts } from '../../src/controller/reconcile-ports.ts';
import { reconcileResource } from '../../src/controller/reconcile-resource.ts';
import { Memories } from '../../src/controller/resource-memory.ts';
import { PRIORITY } from '../../src/controller/workqueue.ts';
import type { AuditRecord } from '../../src/core/audit-record.ts';
import type { ConnectionSettings } from '../../src/core/connection-settings.ts';
import type { InstallKey } from '../../src/core/digest.ts';
import type { Failure } from '../../src/core/failure.ts';
import { connection, credential } from './declared-resources.ts';
import { InMemoryKubernetes } from './in-memory-kubernetes.ts';
import { InMemoryPam } from './in-memory-pam.ts';
import { settled, tickingClock } from './virtual-time.ts';

const retry = {
  backoffBaseSeconds: 1,
  backoffMaxSeconds: 300,
  disableRetryMaxSeconds: 60,
  stalledRetrySeconds: 3600,
  deviceRetrySeconds: 600,
  accessRetrySeconds: 3600,
  progressDeadlineSeconds: 600,
};

const installKey: InstallKey = { id: '01234567', bytes: Buffer.alloc(32, 7) };

/** The real core and controller on an in-memory PAM and API server; a pass is made by hand. */
export class ReconcileWorld {
  readonly kubernetes: InMemoryKubernetes;
  readonly pam: InMemoryPam;
  readonly audits: AuditRecord[] = [];
  readonly woken: string[] = [];
  /** Generation of the connection that resources went by when claims were made anew. */
  readonly reclaimedUnder: (number | undefined)[] = [];
  readonly disabled: { readonly connection: string; readonly seconds: number }[] = [];
  readonly memories = new Memories();
  readonly madeClients: ConnectionSettings[] = [];
  /** What the state machines of the sessions said. */
  readonly transitions: string[] = [];
  readonly comingBack: { readonly key: string; readonly priority: number; readonly afterMs: number }[] = [];
  readonly connectionFailures = new Map<string, number>();
  pass = new AbortController();
  leads = true;
  /** How far the wall clock that statuses are written by is ahead. */
  skewMs = 0;
  admitsDeletions = true;
  inUse = false;
  unclaimed = 0;
  listsDisabled = false;
  readonly ownVersions = new OwnVersions();
  readonly usage = new ConnectionUsage(() => {});
  installation = 'pam-operator/pam-operator';
  readonly wokenDeletions: string[] = [];
  /** Draw of the jitter: 1 gives the upper end, which is the plain number. */
  random = 1;
  installKey: InstallKey | { readonly failure: Failure } = installKey;
  secretsPollSeconds: number | undefined;
  baselineDelayMs = 30_000;
  /** Why a client cannot be made. */
  clientProblem: string | undefined;
  readonly connections = new Connections({
    clock: tickingClock,
    newRequestId: () => 'list',
    createClient: (_, settings) => {
      if (this.clientProblem !== undefined) throw new TypeError(this.clientProblem);
      this.madeClients.push(settings);
      return this.pam;
    },
    onInventory: () => {},
    probes: { probeIntervalMs: 30_000, gateProbeIntervalMs: 300_000 },
    onCircuit: (_, breaker) => this.transitions.push(breaker),
    wake: (key, priority, afterMs) => this.comingBack.push({ key, priority, afterMs }),
  });

  /** @param shared what a second process has in common with the first */
  constructor(shared?: Pick<ReconcileWorld, 'kubernetes' | 'pam'>) {
    this.kubernetes = shared?.kubernetes ?? new InMemoryKubernetes();
    this.pam = shared?.pam ?? new InMemoryPam(tickingClock);
    this.kubernetes.secret('pam-operator/pam-auth', { clientId: 'id', clientSecret: 'secret' });
  }

  /** The connection and a session on it, without a visit by its own reconcile. */
  connect(resource: PamConnection = connection()): void {
    this.kubernetes.apply(resource);
    const settings = {
      timeouts: { requestMs: 10_000 },
      limits: { maxInFlight: 8, requestsPerSecond: 20, burst: 40 },
    } as ConnectionSettings;
    this.connections.open(resource, `${resource.metadata.uid}/${resource.metadata.generation}`, settings);
  }

  /** One pass, now, with news that came this very moment or at the time given. */
  async reconcile(
    resource: PamCredential = credential(),
    priority: number = PRIORITY.change,
    seenAtMs = tickingClock.monotonicMs(),
  ): Promise<PassResult> {
    const { namespace = '', name } = resource.metadata;
    const claim = { seenAtMs, priority };
    return settled(reconcileResource({ kind: 'PamCredential', namespace, name }, claim, this.ports()));
  }

  /** Time passes, so that the next list may start. */
  async wait(ms = 60_000): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  async visit(name = 'default'): Promise<PassResult> {
    return settled(reconcileConnection(name, this.connectionPorts()));
  }

  status(name = 'orders'): NonNullable<PamCredential['status']> {
    return this.kubernetes.stored('PamCredential', 'shop', name).status ?? {};
  }

  /** `Ready`, as `kubectl get` shows it: status and reason. */
  ready(name = 'orders'): string {
    const ready = this.status(name).conditions?.find(({ type }) => type === 'Ready');
    return `${ready?.status} ${ready?.reason}`;
  }

  connectionReady(name = 'default'): string {
    const { status } = this.kubernetes.stored('PamConnection', '', name);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return `${ready?.status} ${ready?.reason}`;
  }

  /** What went out since the last call of this. */
  takeCosts(): { readonly pam: string[]; readonly writes: string[] } {
    const pam = this.pam.log;
    this.pam.calls.length = 0;
    const writes = this.kubernetes.writes.splice(0).map(({ what }) => what);
    return { pam, writes };
  }

  ports(): ReconcilePorts {
    return {
      caches: this.kubernetes,
      kubernetes: this.kubernetes,
      connections: this.connections,
      memories: this.memories,
      park: { wait: (promise) => promise, isFull: false },
      readKeyPair: () => Promise.reject(new Error('no key pair is read')),
      installKey: async () => this.installKey,
      retry,
      secretsPollSeconds: this.secretsPollSeconds,
      random: () => this.random,
      fence: () => this.leads,
      signal: this.pass.signal,
      newRequestId: () => 'request',
      audit: (record) => this.audits.push(record),
      conditionClock: () => ({
        now: now(this.skewMs),
        progressDeadlineSeconds: retry.progressDeadlineSeconds,
      }),
      clock: tickingClock,
      rivalOf: () => undefined,
      recordWritten: () => {},
      recordWrittenAtMs: () => undefined,
      waitSeconds: () => undefined,
      admitDeletion: async () => this.admitsDeletions,
      baselineDelayMs: this.baselineDelayMs,
      onDisabled: (name, seconds) => this.disabled.push({ connection: name, seconds }),
    };
  }

  connectionPorts(): ConnectionPorts {
    return {
      caches: this.kubernetes,
      kubernetes: this.kubernetes,
      connections: this.connections,
      namespace: 'pam-operator',
      leaseDurationSeconds: 15,
      retry,
      clock: tickingClock,
      conditionClock: () => ({ now: now(), progressDeadlineSeconds: retry.progressDeadlineSeconds }),
      random: () => this.random,
      wakeResources: (name) => this.woken.push(name),
      reclaim: async (name) => {
        this.reclaimedUnder.push(this.connections.peek(name)?.connection.metadata.generation);
      },
      failures: this.connectionFailures,
      ownVersions: this.ownVersions,
      installation: this.installation,
      listsDisabled: () => this.listsDisabled,
      isInUse: () => this.inUse,
      usage: this.usage,
      unclaimed: async () => this.unclaimed,
      wakeDeletions: (name) => this.wokenDeletions.push(name),
    };
  }
}

function now(skewMs = 0): string {
  return `${new Date(Date.now() + skewMs).toISOString().slice(0, 19)}Z`;
}
