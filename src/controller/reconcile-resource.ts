import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import type { Claimant } from '../core/claims.ts';
import { classify } from '../core/classify.ts';
import type { Clock } from '../core/clock.ts';
import { type Condition, progressDeadlineInMs } from '../core/conditions.ts';
import { type Decision, nothing } from '../core/decision.ts';
import type { InstallKey } from '../core/digest.ts';
import { type Failure, problem } from '../core/failure.ts';
import { connectionName, declaredRecord, type ManagedResource, manage } from '../core/managed-resource.ts';
import type { Material, SecretVersion } from '../core/material.ts';
import { nextStatus } from '../core/next-status.ts';
import { NOTHING_DONE } from '../core/outcome.ts';
import { PamError } from '../core/pam-fault.ts';
import { plan } from '../core/plan.ts';
import { lacksBaseline } from '../core/plan-baseline.ts';
import { deletionBlocked } from '../core/plan-deletion.ts';
import { disableDelayMs, type RetrySettings, retryDelayMs } from '../core/schedule.ts';
import { secretSources } from '../core/secret-source.ts';
import type { Situation } from '../core/situation.ts';
import { type TrustedResource, trustedResource } from '../core/trusted-resource.ts';
import { wantsDisable } from '../core/wake.ts';
import type { Connections, ConnectionView } from './connections.ts';
import { connectionNotReady, type Executed, type ExecutionPorts, execute } from './execute.ts';
import { ListTooSoon } from './inventory-feed.ts';
import type { Caches, Kubernetes, ResourceName, WriteResult, WriteTarget } from './kubernetes.ts';
import { type ReadKeyPair, readMaterial } from './read-material.ts';
import type { Memories, ResourceMemory } from './resource-memory.ts';
import { type AddOptions, type Claim, PRIORITY } from './workqueue.ts';

export interface ReconcilePorts extends Omit<ExecutionPorts, 'session' | 'priority'> {
  readonly caches: Caches;
  readonly kubernetes: Kubernetes;
  readonly connections: Connections;
  readonly memories: Memories;
  readonly readKeyPair: ReadKeyPair;
  /** The install key, or why there is none. */
  readonly installKey: () => Promise<InstallKey | { readonly failure: Failure }>;
  readonly retry: RetrySettings;
  /** How often Secrets are read where they are not watched, in seconds. */
  readonly secretsPollSeconds: number | undefined;
  readonly random: () => number;
  /** How long after an own write the baseline of `change` is looked for; at most 60 s (design 4.3). */
  readonly baselineDelayMs: number;
  /** The resource that this one loses its record to, if there is one. */
  readonly rivalOf: (resource: ManagedResource, key: InstallKey) => Claimant | undefined;
  /** A declared disable is carried out: seconds since it was first seen by this process. */
  readonly onDisabled: (connection: string, seconds: number) => void;
}

/** How a pass ended, and when the key comes back; absent `next`: on change only. */
export interface PassResult {
  readonly result: 'success' | 'error' | 'requeue' | 'requeue_after' | 'terminal';
  readonly next?: AddOptions;
}

/** While the cache is behind our own write, its event is on the way; this is only the safety net. */
const STALE_RETRY_MS = 1000;

/** Nothing is known yet, or what is known is out of date: no status says so. */
const LATER: PassResult = { result: 'requeue_after', next: { afterMs: STALE_RETRY_MS } };

/** An upper bound for plan → gather → plan: material, list, and a younger list. */
const MAX_GATHERINGS = 6;

/** One pass for one resource: gather → plan → execute → report → schedule. */
export async function reconcileResource(
  name: ResourceName & { readonly kind: 'PamCredential' | 'PamSshKey' },
  claim: Pick<Claim<string>, 'seenAtMs' | 'priority'>,
  ports: ReconcilePorts,
): Promise<PassResult> {
  const cached = ports.caches.get(name.kind, name.namespace, name.name);
  if (cached === undefined) return { result: 'success' };
  const memory = ports.memories.of(cached.metadata.uid);
  const overlaid = memory.overlay<PamCredential | PamSshKey>(cached);
  if (overlaid === 'stale') return LATER;
  let resource = manage(overlaid);
  // Without the finalizer a deletion is none of our business: the object is as good as gone.
  if (resource.deleting && !resource.hasFinalizer) return { result: 'success' };

  if (resource.deleting && resource.spec.deletionPolicy !== 'Disable')
    return letGo(resource, claim, ports, memory);

  const connection = connectionName(resource);
  const exists = () => ports.caches.get('PamConnection', '', connection) !== undefined;
  const view = await ports.connections.get(connection, exists);
  if (view === undefined) {
    if (exists()) return LATER;
    const failure = problem(
      'ConnectionNotFound',
      `PamConnection ${connection} (\`spec.connection\`) does not exist`,
    );
    return finish(resource, { ...nothing(), failure }, undone(resource), undefined, undefined, ports, memory);
  }
  const key = await ports.installKey();
  if ('failure' in key) return withoutInstallKey(resource, key.failure, view, ports, memory);
  const trusted = trustedResource(resource, key);
  resource = trusted.resource;

  const decided = await decide(trusted, view, key, claim.seenAtMs, ports, memory);
  if ('result' in decided) return decided;
  const { decision, situation } = decided;
  if (decision.actions.length > 0 && view.session === undefined && callsPam(decision)) {
    const refused = { ...nothing(), failure: connectionNotReady(connection, view.problem) };
    return finish(resource, refused, undone(resource), view, key, ports, memory);
  }
  const executed = await execute(situation, decision.actions, {
    ...ports,
    session: view.session,
    priority: claim.priority,
  });
  remember(memory, executed, situation, decision);
  if (executed.crash !== undefined) {
    rememberWrites(memory, executed);
    throw executed.crash.error;
  }
  if (executed.outcome.enabled === false && wantsDisable(resource)) {
    ports.onDisabled(connection, Math.max(0, ports.clock.monotonicMs() - claim.seenAtMs) / 1000);
  }
  if (executed.refutedId !== undefined && memory.refutedId !== executed.refutedId) {
    // PAM does not know the id of the status: the record is looked up once more before anything is said.
    memory.refutedId = executed.refutedId;
    rememberWrites(memory, executed);
    return { result: 'requeue', next: { afterMs: 0 } };
  }
  return finish(resource, decision, executed, view, key, ports, memory);
}

/** `Retain` asks nothing of PAM, so a missing or broken connection cannot hold the finalizer. */
async function letGo(
  resource: ManagedResource,
  { priority }: Pick<Claim<string>, 'priority'>,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> {
  const situation = { resource, declared: declaredRecord(resource, ''), parentId: undefined };
  const executed = await execute(situation, [{ do: 'removeFinalizer' }], {
    ...ports,
    session: undefined,
    priority,
  });
  rememberWrites(memory, executed);
  if (executed.crash !== undefined) throw executed.crash.error;
  return executed.outcome.outdated ? LATER : { result: 'success' };
}

/** Plans, gathers what the plan lacks, and plans again. */
async function decide(
  trusted: TrustedResource,
  view: ConnectionView,
  installKey: InstallKey,
  seenAtMs: number,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<{ decision: Decision; situation: Situation } | PassResult> {
  const { resource } = trusted;
  let situation = situate(trusted, view, installKey, seenAtMs, ports, memory);
  for (let gathered = 0; gathered < MAX_GATHERINGS; gathered++) {
    const next = plan(situation);
    if (next.need === undefined) return { decision: next, situation };
    if (next.need === 'material') {
      const material: Material = await readMaterial(
        resource,
        installKey,
        ports.kubernetes,
        ports.readKeyPair,
      );
      situation = { ...situation, material };
      continue;
    }
    const { otherwise } = next;
    if (view.session === undefined) {
      if (otherwise !== undefined) return { decision: otherwise, situation };
      const failure = connectionNotReady(view.connection.metadata.name, view.problem);
      return { decision: { ...nothing(), failure }, situation };
    }
    try {
      situation = { ...situation, inventory: await view.session.inventory.atLeast(next.notBeforeMs) };
    } catch (error) {
      if (!(error instanceof PamError || error instanceof ListTooSoon)) throw error;
      if (otherwise !== undefined) return { decision: otherwise, situation };
      if (error instanceof ListTooSoon) return { result: 'requeue_after', next: { afterMs: error.afterMs } };
      // The session ended (edited connection, shutdown): the next pass asks the new one.
      if (error.fault.signal === 'aborted') return LATER;
      return { decision: { ...nothing(), failure: classify(error.fault, {}) }, situation };
    }
  }
  throw new Error('the plan asks for more than can be gathered');
}

function situate(
  { resource, seal }: TrustedResource,
  view: ConnectionView,
  installKey: InstallKey,
  seenAtMs: number,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Situation {
  const { caches, clock } = ports;
  const { spec, status } = view.connection;
  const { namespace } = resource.metadata;
  const secretVersions = new Map<string, SecretVersion | 'unknown'>();
  for (const { ref } of secretSources(resource)) {
    const version = caches.secretVersion(namespace, ref.name);
    if (version !== undefined) secretVersions.set(ref.name, version);
  }
  const parent =
    resource.kind === 'credential' && resource.spec.parentRef !== undefined
      ? caches.get('PamCredential', namespace, resource.spec.parentRef.name)
      : undefined;
  const disabledRecords = spec.disabledRecords ?? 'Auto';
  return {
    resource,
    seal,
    rival: ports.rivalOf(resource, installKey),
    declared: declaredRecord(resource, spec.identifierPrefix),
    connection: {
      fingerprint: view.fingerprint,
      suspended: spec.suspend === true,
      grants: spec.grants,
      disabledRecords:
        disabledRecords === 'Auto' ? (status?.inventory?.disabledRecords ?? 'Hidden') : disabledRecords,
      namespaceLabels: caches.namespaceLabels(namespace),
      identifierPrefix: spec.identifierPrefix,
    },
    installKey,
    secretVersions,
    parentId: parent?.status?.id,
    memory,
    seenAtMs,
    startedAtMs: clock.monotonicMs(),
    pendingAgeMs: pendingAgeMs(resource, memory, clock),
    baselineDelayMs: ports.baselineDelayMs,
  };
}

/** The later of two: when the intent was written, and when this process last tried it. */
function pendingAgeMs({ status }: ManagedResource, memory: ResourceMemory, clock: Clock): number | undefined {
  if (status.pending === undefined) return undefined;
  const sinceWritten = clock.now().getTime() - Date.parse(status.pending.startedTime);
  const sinceTried = memory.writeEndedAtMs === 0 ? sinceWritten : clock.monotonicMs() - memory.writeEndedAtMs;
  return Math.max(0, Math.min(sinceWritten, sinceTried));
}

/** Writes the status, tells of a transition, and says when to come back. */
async function finish(
  resource: ManagedResource,
  decision: Decision,
  executed: Executed,
  view: ConnectionView | undefined,
  installKey: InstallKey | undefined,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> {
  const { outcome } = executed;
  const cause = outcome.failure ?? decision.failure;
  const failure =
    cause !== undefined &&
    resource.deleting &&
    cause.reason !== 'DeletionBlocked' &&
    cause.reason !== 'DeletionHeld'
      ? deletionBlocked(cause)
      : cause;
  const written = executed.resource;
  const wasReleased =
    resource.hasFinalizer && (written.metadata.finalizers?.length ?? 0) === 0 && resource.deleting;
  // The last finalizer is off: the object is gone, and a status write would only meet a 404.
  if (wasReleased && failure === undefined) return { result: 'success' };
  const hasNoNews = outcome.outdated && outcome.failure === undefined && !outcome.wrote;
  // Another replica leads: its status must not be overwritten. What was written to PAM is found by the intent.
  if (hasNoNews || ports.signal.aborted) {
    rememberWrites(memory, executed);
    return LATER;
  }

  const status = nextStatus(
    // What was recorded in this pass (the intent) is the base; what was declared stays what was acted on.
    { ...resource, metadata: written.metadata, status: written.status } as ManagedResource,
    failure === decision.failure ? decision : { ...decision, ...(failure !== undefined && { failure }) },
    failure === undefined || outcome.failure === undefined ? outcome : { ...outcome, failure },
    { fingerprint: view?.fingerprint ?? resource.status.connectionFingerprint ?? '', installKey },
    ports.conditionClock(),
  );
  await report(resource, written, status, executed, ports, memory);

  if (outcome.outdated && outcome.failure === undefined) return LATER;
  if (failure !== undefined) return afterFailure(resource, status, failure, ports, memory);
  memory.failures = 0;
  if (decision.again) return { result: 'requeue', next: { afterMs: 0 } };
  const laterMs = decision.laterMs ?? baselineInMs(resource, status, outcome, ports);
  if (laterMs !== undefined) {
    return { result: 'requeue_after', next: { afterMs: Math.max(1, laterMs), priority: PRIORITY.resync } };
  }
  if (ports.secretsPollSeconds !== undefined && secretSources(resource).length > 0 && !decision.suspended) {
    return {
      result: 'requeue_after',
      next: { afterMs: ports.secretsPollSeconds * 1000, priority: PRIORITY.resync },
    };
  }
  return { result: 'success' };
}

/** After an own write of a record with secret content the baseline is looked for, spread a little. */
function baselineInMs(
  resource: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  outcome: Executed['outcome'],
  { baselineDelayMs, random }: ReconcilePorts,
): number | undefined {
  if (!outcome.wrote || !lacksBaseline({ ...resource, status } as ManagedResource)) return undefined;
  return baselineDelayMs * (1 + 0.2 * random());
}

async function report(
  resource: ManagedResource,
  written: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  executed: Executed,
  { kubernetes }: ReconcilePorts,
  memory: ResourceMemory,
): Promise<void> {
  const { metadata, resourceKind } = written;
  const target = {
    kind: resourceKind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
  };
  const result = await writeStatus(target, written, status, kubernetes);
  if (result.outcome !== 'written') return rememberWrites(memory, executed);
  const versions = [...executed.ownVersions, result.resourceVersion];
  memory.wrote(versions, { ...result, status, finalizers: metadata.finalizers });
  recordTransition(resource, status, kubernetes);
}

/** How often a result is written again because the resource changed in between; then the event brings it back. */
const MAX_CONFLICTS = 3;

/**
 * Writes the result with the version that the pass began with: the API server does not compare UIDs in a status
 * patch, so without it the result could land on a resource that was created anew under the same name. Where somebody
 * else changed the resource meanwhile, the result is still true of PAM and is written onto the newer version.
 */
async function writeStatus(
  target: WriteTarget,
  written: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  kubernetes: Kubernetes,
): Promise<WriteResult> {
  let { resourceVersion } = written.metadata;
  let previous: object = written.stored;
  for (let conflicts = 0; ; conflicts++) {
    const result = await kubernetes.writeStatus(target, previous, status, { resourceVersion });
    if (result.outcome !== 'conflict' || conflicts === MAX_CONFLICTS) return result;
    const fresh = await kubernetes.readResource(target);
    if (fresh === 'notFound' || fresh.metadata.uid !== target.uid) return { outcome: 'gone' };
    resourceVersion = fresh.metadata.resourceVersion;
    previous = fresh.status ?? {};
  }
}

/** What the pass itself wrote on its way (finalizer, intent): the next one builds on it, whatever the cache has. */
function rememberWrites(memory: ResourceMemory, { ownVersions, resource }: Executed): void {
  const { metadata, stored: status } = resource;
  const resourceVersion = ownVersions.at(-1);
  if (resourceVersion === undefined) return;
  const { generation, finalizers } = metadata;
  memory.wrote(ownVersions, { resourceVersion, generation, status, finalizers });
}

/** One Event per transition of the reason: retries of the same failure are no news. */
function recordTransition(
  resource: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  kubernetes: Kubernetes,
): void {
  const before = resource.status.conditions?.find(({ type }) => type === 'Ready');
  const after = status.conditions?.find(({ type }) => type === 'Ready');
  if (after === undefined || before?.reason === after.reason || after.reason === 'Progressing') return;
  const calm = after.status === 'True' || after.reason === 'Suspended';
  kubernetes.recordEvent({
    resource: {
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: resource.resourceKind,
      metadata: resource.metadata,
      spec: resource.spec,
    } as PamCredential | PamSshKey,
    type: calm ? 'Normal' : 'Warning',
    reason: after.reason,
    action: 'Reconcile',
    note: after.message,
  });
}

function afterFailure(
  resource: ManagedResource,
  status: ReturnType<typeof nextStatus>,
  failure: Failure,
  { retry, random, conditionClock }: ReconcilePorts,
  memory: ResourceMemory,
): PassResult {
  memory.failures += 1;
  const result =
    failure.retry === 'stalled' ? 'terminal' : failure.retry === 'backoff' ? 'error' : 'requeue_after';
  const draw = random();
  const delayMs = retryDelayMs(failure, memory.failures, retry, draw);
  const disabling = !resource.deleting && wantsDisable({ spec: resource.spec, status } as ManagedResource);
  const asked = failure.fault?.operation;
  // A create that PAM refuses leaves nothing to disable; a token or list that fails may be all that delays a disable.
  if (disabling && asked !== undefined && (asked !== 'Upsert' || status.id !== undefined)) {
    const afterMs = disableDelayMs(delayMs, memory.failures, retry, draw);
    return { result, next: { afterMs, priority: PRIORITY.disable } };
  }
  if (delayMs === undefined) return { result };
  const nowMs = Date.parse(conditionClock().now);
  const conditions = (status.conditions ?? []) as Condition[];
  const deadlineMs =
    failure.retry === 'wait'
      ? progressDeadlineInMs(conditions, nowMs, retry.progressDeadlineSeconds)
      : undefined;
  const afterMs = Math.max(1, Math.min(delayMs, deadlineMs ?? delayMs));
  const lane = resource.deleting ? 'deletion' : disabling ? 'disable' : 'retry';
  return { result, next: { afterMs, priority: PRIORITY[lane] } };
}

/** Without the install key nothing is compared or written; a resource that is in sync stays as it is. */
function withoutInstallKey(
  resource: ManagedResource,
  failure: Failure,
  view: ConnectionView,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> | PassResult {
  const ready = resource.status.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True' && ready.observedGeneration === resource.metadata.generation) {
    return afterFailure(resource, resource.status, failure, ports, memory);
  }
  return finish(resource, { ...nothing(), failure }, undone(resource), view, undefined, ports, memory);
}

function undone(resource: ManagedResource): Executed {
  return { outcome: NOTHING_DONE, resource, ownVersions: [] };
}

function callsPam({ actions }: Decision): boolean {
  return actions.some(
    (action) => action.do === 'upsert' || action.do === 'enable' || action.do === 'disable',
  );
}

function remember(
  memory: ResourceMemory,
  executed: Executed,
  situation: Situation,
  decision: Decision,
): void {
  if (executed.writeEndedAtMs !== undefined) memory.writeEndedAtMs = executed.writeEndedAtMs;
  memory.refusedDigest = executed.refusedDigest;
  if (executed.outcome.madeAnew) memory.gone = true;
  else if (executed.outcome.record !== undefined) memory.gone = false;
  if (executed.outcome.enabled !== undefined || executed.outcome.enabledUnknown) {
    memory.disabledAtMs = executed.outcome.enabled === false ? executed.writeEndedAtMs : undefined;
  }
  if (decision.changes.baselineSought === true) memory.baselineSoughtForMs = memory.writeEndedAtMs;
  const { outcome, crash } = executed;
  if (outcome.failure !== undefined || outcome.outdated || crash !== undefined) return;
  if (decision.again || decision.failure !== undefined) return;
  // A record that was found and written under this id is there again: else each pass would look it up anew.
  memory.refutedId = undefined;
  const { material } = situation;
  if (material === undefined || 'failure' in material) return;
  // A version whose value is the recorded one need not be read again; a value that waits for its push must be.
  for (const { field, version } of material.fields) memory.verified.set(field, version);
}
