import { isConnectionFault } from '../core/circuit.ts';
import { type Decision, nothing } from '../core/decision.ts';
import type { InstallKey } from '../core/digest.ts';
import { problem } from '../core/failure.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import { isUrgent } from '../core/wake.ts';
import type { ConnectionView, Session } from './connections.ts';
import { finishPass, undone } from './finish-pass.ts';
import { type PassResult, WAITS } from './pass-result.ts';
import type { ReconcilePorts } from './reconcile-ports.ts';
import { resourceKey } from './resource-claims.ts';
import type { ResourceMemory } from './resource-memory.ts';
import type { Claim } from './workqueue.ts';

/** The decision in place of one that would call PAM where the state machine of the connection does not let it. */
export function heldBackWrite(
  resource: ManagedResource,
  { actions }: Decision,
  session: Session | undefined,
): Decision | undefined {
  const first = actions.find(({ do: what }) => what === 'upsert' || what === 'enable' || what === 'disable');
  if (first === undefined || session === undefined) return undefined;
  const urgent = first.do === 'disable' && !resource.deleting;
  const by = resourceKey(resource);
  return session.circuit.admits({ kind: 'write', by, urgent }) ? undefined : heldBack(resource, session);
}

/** The same where a list is lacking. One that is young enough needs no call. */
export function heldBackList(
  resource: ManagedResource,
  notBeforeMs: number,
  session: Session,
): Decision | undefined {
  if (session.inventory.youngerThan(notBeforeMs) !== undefined) return undefined;
  const call = { kind: 'list', by: resourceKey(resource), urgent: isUrgent(resource) } as const;
  return session.circuit.admits(call) ? undefined : heldBack(resource, session);
}

function heldBack({ spec }: ManagedResource, { circuit }: Session): Decision {
  const because = circuit.cause === undefined ? '' : ` (${circuit.cause.reason})`;
  const what = `Calls to PAM Core over PamConnection ${spec.connection ?? 'default'} are paused${because}`;
  return { ...nothing(), failure: problem('CircuitOpen', what), heldBack: true };
}

/** The resource waits for its connection, and says so once: not where it has met the fault itself and says that. */
export async function waitForConnection(
  resource: ManagedResource,
  decision: Decision,
  view: ConnectionView,
  { priority }: Pick<Claim<string>, 'priority'>,
  installKey: InstallKey | undefined,
  ports: ReconcilePorts,
  memory: ResourceMemory,
): Promise<PassResult> {
  const circuit = view.session?.circuit;
  // It may call by now.
  if (circuit?.wait(resourceKey(resource), priority) !== true)
    return { result: 'requeue', next: { afterMs: 0 } };
  if (circuit.cause === undefined || saysWhy(resource)) return WAITS;
  return finishPass(resource, decision, undone(resource), view, installKey, ports, memory);
}

function saysWhy({ status, metadata }: ManagedResource): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'False' || ready.observedGeneration !== metadata.generation) return false;
  if (ready.reason === 'DeletionBlocked') return status.lastError !== undefined;
  return isConnectionFault(ready.reason) || ready.reason === 'DeletionHeld';
}
