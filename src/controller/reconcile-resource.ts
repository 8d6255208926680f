import type { PamConnection } from '../api/pam-connection.gen.ts';
import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import { type Decision, nothing } from '../core/decision.ts';
import { type Failure, problem } from '../core/failure.ts';
import { connectionName, declaredRecord, type ManagedResource, manage } from '../core/managed-resource.ts';
import { disablesWithoutKey, NO_INSTALL_KEY, planWithoutKey } from '../core/plan-without-key.ts';
import { compareField, recordedField } from '../core/recorded-content.ts';
import { isSameDeclaration } from '../core/same-declaration.ts';
import type { Situation } from '../core/situation.ts';
import { trustedResource } from '../core/trusted-resource.ts';
import { isUrgent, wantsDisable } from '../core/wake.ts';
import { afterFailure } from './come-back.ts';
import type { ConnectionView } from './connections.ts';
import { connectionNotReady, type Executed, execute } from './execute.ts';
import { finishPass, undone } from './finish-pass.ts';
import { decide } from './gather.ts';
import { heldBackWrite, waitForConnection } from './hold-back.ts';
import type { ResourceName } from './kubernetes.ts';
import { parentRecord } from './parent-record.ts';
import { LATER, type PassResult } from './pass-result.ts';
import type { ReconcilePorts } from './reconcile-ports.ts';
import { rememberWrites } from './report-resource.ts';
import type { ResourceMemory } from './resource-memory.ts';
import { type Claim, PRIORITY } from './workqueue.ts';

type ManagedName = ResourceName & { readonly kind: 'PamCredential' | 'PamSshKey' };

/** One pass for one resource: gather → plan → execute → report → schedule. */
export async function reconcileResource(
  name: ManagedName,
  claim: Pick<Claim<string>, 'seenAtMs' | 'priority'>,
  ports: ReconcilePorts,
): Promise<PassResult> {
  try {
    return await pass(name, claim, ports);
  } finally {
    ports.connections.passEnded(`${name.kind}/${name.namespace}/${name.name}`);
  }
}

async function pass(
  name: ManagedName,
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
  const current = () => ports.caches.get('PamConnection', '', connection);
  const view = await ports.connections.get(connection, () => current() !== undefined);
  if (view === undefined) {
    if (current() !== undefined) return LATER;
    const failure = problem(
      'ConnectionNotFound',
      `PamConnection ${connection} (\`spec.connection\`) does not exist`,
    );
    return finishPass(
      resource,
      { ...nothing(), failure },
      undone(resource),
      undefined,
      undefined,
      ports,
      memory,
    );
  }
  if (view.isForeign === true) return leaveToOthers(resource, view, claim.seenAtMs, ports, memory);
  const key = await ports.installKey();
  if ('failure' in key) return withoutInstallKey(resource, key.failure, view, claim, ports, memory);
  // From here to the look at the claims nothing is waited for.
  if (isBehind(view, current()) && !isUrgent(resource)) return LATER;
  const { resource: believed, seal } = trustedResource(resource, key);
  const lastInventory = view.session?.inventory.latest;
  const parent = parentRecord(believed, view.fingerprint, key, ports.caches, lastInventory);
  resource = parent === undefined ? believed : ({ ...believed, parent } as ManagedResource);

  const decided = await decide({ resource, seal }, view, key, claim.seenAtMs, ports, memory);
  if ('result' in decided) return decided;
  const { decision, situation } = decided;
  if (decision.actions.length > 0 && view.session === undefined && callsPam(decision)) {
    const refused = { ...nothing(), failure: connectionNotReady(connection, view.problem) };
    return finishPass(resource, refused, undone(resource), view, key, ports, memory);
  }
  const held = decision.heldBack ? decision : heldBackWrite(resource, decision, view.session);
  if (held !== undefined) return waitForConnection(resource, held, view, claim, key, ports, memory);
  // Nor is an intent written whose push would not go out any more.
  if (ports.stopping?.aborted === true && pushes(decision)) return LATER;
  const executed = await execute(situation, decision.actions, {
    ...ports,
    session: view.session,
    priority: claim.priority,
  });
  remember(memory, executed, situation, decision);
  if (executed.writeEndedAtMs !== undefined) ports.recordWritten(resource, executed.writeEndedAtMs);
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
  return finishPass(resource, decision, executed, view, key, ports, memory);
}

/**
 * The connection was edited and its own pass has not come yet, which brings its resources back. Claims go by the
 * connection as it is now, so what is decided by the old one could be written to somebody else's record.
 */
function isBehind(view: ConnectionView, current: PamConnection | undefined): boolean {
  return current !== undefined && !isSameDeclaration(view.connection, current);
}

/** How long another installation has to say something about a resource of its connection. */
const OTHERS_TURN_MS = 30_000;

/**
 * The connection is another installation's, which most likely sees the resource too. Only where nobody has written a
 * status for a while it is told why: else the two would write for ever.
 */
async function leaveToOthers(
  resource: ManagedResource,
  view: ConnectionView,
  seenAtMs: number,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> {
  if (resource.status.conditions !== undefined || resource.deleting) return { result: 'success' };
  const waitMs = seenAtMs + OTHERS_TURN_MS - ports.clock.monotonicMs();
  if (waitMs > 0)
    return { result: 'requeue_after', next: { afterMs: waitMs + 1, priority: PRIORITY.resync } };
  const failure = connectionNotReady(view.connection.metadata.name, view.problem);
  await finishPass(
    resource,
    { ...nothing(), failure },
    undone(resource),
    undefined,
    undefined,
    ports,
    memory,
  );
  return { result: 'success' };
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

/**
 * Without the install key nothing is compared, and nothing written but what `planWithoutKey` allows; a resource that is
 * in sync stays as it is. The status keeps all that an earlier seal vouches for, so that it holds when the key is back.
 */
async function withoutInstallKey(
  resource: ManagedResource,
  failure: Failure,
  view: ConnectionView,
  claim: Pick<Claim<string>, 'seenAtMs' | 'priority'>,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> {
  const without = { ...nothing(), failure };
  if (disablesWithoutKey(resource)) {
    const distrusted = trustedResource(resource, NO_INSTALL_KEY);
    const planning = (situation: Situation) => planWithoutKey(situation, failure);
    const args = [distrusted, view, NO_INSTALL_KEY, claim.seenAtMs, ports, memory, planning] as const;
    const decided = await decide(...args);
    if ('result' in decided) return decided;
    const { decision, situation } = decided;
    const { session } = view;
    const held = decision.heldBack ? decision : heldBackWrite(resource, decision, session);
    if (held !== undefined) return waitForConnection(resource, held, view, claim, undefined, ports, memory);
    const { priority, seenAtMs } = claim;
    const executed = await execute(situation, decision.actions, { ...ports, session, priority });
    remember(memory, executed, situation, decision);
    if (executed.writeEndedAtMs !== undefined) ports.recordWritten(resource, executed.writeEndedAtMs);
    if (executed.crash !== undefined) {
      rememberWrites(memory, executed);
      throw executed.crash.error;
    }
    if (executed.outcome.enabled === false && !resource.deleting)
      ports.onDisabled(view.connection.metadata.name, (ports.clock.monotonicMs() - seenAtMs) / 1000);
    const written = { ...resource, metadata: executed.resource.metadata } as ManagedResource;
    return finishPass(resource, decision, { ...executed, resource: written }, view, undefined, ports, memory);
  }
  const ready = resource.status.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True' && ready.observedGeneration === resource.metadata.generation) {
    return afterFailure(resource, resource.status, failure, ports, memory);
  }
  return finishPass(resource, without, undone(resource), view, undefined, ports, memory);
}

function callsPam({ actions }: Decision): boolean {
  return actions.some(
    (action) => action.do === 'upsert' || action.do === 'enable' || action.do === 'disable',
  );
}

/** Its first write is an upsert: whatever else it does comes after. */
function pushes({ actions }: Decision): boolean {
  const [first] = actions.filter(
    ({ do: what }) => what === 'upsert' || what === 'enable' || what === 'disable',
  );
  return first?.do === 'upsert';
}

/** A refusal says nothing about an earlier call of the same values that was not answered. */
function rememberPush(memory: ResourceMemory, executed: Executed, { changes }: Decision): void {
  const { outcome, refusedDigest, unansweredAtMs } = executed;
  if (unansweredAtMs !== undefined) {
    memory.unansweredAtMs = unansweredAtMs;
    memory.unansweredDigest = executed.resource.status.pending?.digest;
  } else if (outcome.contentSent || outcome.additionalSent || changes.resolved === true) {
    memory.unansweredDigest = undefined;
  }
  memory.refusedDigest = refusedDigest === memory.unansweredDigest ? undefined : refusedDigest;
}

function remember(
  memory: ResourceMemory,
  executed: Executed,
  situation: Situation,
  decision: Decision,
): void {
  if (executed.writeEndedAtMs !== undefined) memory.writeEndedAtMs = executed.writeEndedAtMs;
  rememberPush(memory, executed, decision);
  if (executed.outcome.madeAnew) memory.gone = true;
  else if (executed.outcome.record !== undefined) memory.gone = false;
  if (executed.outcome.enabled !== undefined || executed.outcome.enabledUnknown) {
    memory.disabledAtMs = executed.outcome.enabled === false ? executed.writeEndedAtMs : undefined;
  }
  if (decision.changes.baselineSought === true) memory.baselineSoughtForMs = memory.writeEndedAtMs;
  const { outcome, crash } = executed;
  if (outcome.failure !== undefined || outcome.outdated || crash !== undefined) return;
  if (decision.again || decision.settling === true || decision.failure !== undefined) return;
  // A record that was found and written under this id is there again: else each pass would look it up anew.
  memory.refutedId = undefined;
  const { material } = situation;
  if (material === undefined || 'failure' in material) return;
  // A version whose value is the recorded one need not be read again; one that waits for its push, or for another policy
  // than `Once`, must be.
  const { fields = [], pushedFields = [] } = decision.changes;
  const recorded = new Set([...fields, ...pushedFields].map(({ field }) => field));
  const { resource, installKey } = situation;
  for (const each of material.fields) {
    const isSame = compareField(installKey, each, recordedField(resource, each.field)) === 'same';
    if (isSame || recorded.has(each.field)) memory.verify(each.field, each.version);
  }
}
