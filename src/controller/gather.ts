import { classify } from '../core/classify.ts';
import { type Decision, nothing, type Plan } from '../core/decision.ts';
import type { InstallKey } from '../core/digest.ts';
import { declaredRecord, type ManagedResource } from '../core/managed-resource.ts';
import type { Material, SecretVersion } from '../core/material.ts';
import { PamError } from '../core/pam-fault.ts';
import { plan } from '../core/plan.ts';
import { secretSources } from '../core/secret-source.ts';
import type { Situation } from '../core/situation.ts';
import type { TrustedResource } from '../core/trusted-resource.ts';
import { isUrgent } from '../core/wake.ts';
import type { ConnectionView } from './connections.ts';
import { connectionNotReady } from './execute.ts';
import { heldBackList } from './hold-back.ts';
import { ListTooSoon, PATIENCE_MS } from './inventory-feed.ts';
import { LATER, type PassResult } from './pass-result.ts';
import { readMaterial } from './read-material.ts';
import type { ReconcilePorts } from './reconcile-ports.ts';
import type { ResourceMemory } from './resource-memory.ts';

/** An upper bound for plan → gather → plan: material, list, and a younger list. */
const MAX_GATHERINGS = 6;

/**
 * Plans, gathers what the plan lacks, and plans again.
 *
 * @param planning another plan than the usual one
 */
export async function decide(
  trusted: TrustedResource,
  view: ConnectionView,
  installKey: InstallKey,
  seenAtMs: number,
  ports: ReconcilePorts,
  memory: ResourceMemory,
  planning: (situation: Situation) => Plan = plan,
): Promise<{ decision: Decision; situation: Situation } | PassResult> {
  const { resource } = trusted;
  let situation = situate(trusted, view, installKey, seenAtMs, ports, memory);
  for (let gathered = 0; gathered < MAX_GATHERINGS; gathered++) {
    const next = planning(situation);
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
    const held = heldBackList(resource, next.notBeforeMs, view.session);
    if (held !== undefined) return { decision: otherwise ?? held, situation };
    try {
      const feed = view.session.inventory;
      const { park } = ports;
      const patienceMs = park.isFull ? PATIENCE_MS.holding : PATIENCE_MS.parked;
      const inventory =
        feed.youngerThan(next.notBeforeMs) ??
        (await park.wait(feed.atLeast(next.notBeforeMs, { urgent: isUrgent(resource), patienceMs })));
      situation = { ...situation, inventory };
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
  const { caches } = ports;
  const startedAtMs = ports.clock.monotonicMs();
  meet(resource, memory, startedAtMs);
  const { spec, status } = view.connection;
  const { namespace } = resource.metadata;
  const secretVersions = new Map<string, SecretVersion | 'unknown'>();
  for (const { ref } of secretSources(resource)) {
    const version = caches.secretVersion(namespace, ref.name);
    if (version !== undefined) secretVersions.set(ref.name, version);
  }
  const disabledRecords = spec.disabledRecords ?? 'Auto';
  const claimWrittenAtMs = ports.recordWrittenAtMs(resource);
  const lastInventory = view.session?.inventory.latest;
  return {
    resource,
    seal,
    rival: ports.rivalOf(resource, installKey),
    ...(claimWrittenAtMs !== undefined && { claimWrittenAtMs }),
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
    parentId: resource.kind === 'credential' ? resource.parent?.id : undefined,
    memory,
    seenAtMs,
    startedAtMs,
    baselineDelayMs: ports.baselineDelayMs,
    ...(lastInventory !== undefined && { lastInventory }),
  };
}

/** An intent that stands there when a process meets the resource may be of a call that ended only just before. */
function meet({ status: { pending } }: ManagedResource, memory: ResourceMemory, nowMs: number): void {
  if (!memory.isMet && pending !== undefined && pending.digest !== '') {
    memory.unansweredAtMs = nowMs;
    memory.unansweredDigest = pending.digest;
  }
  memory.isMet = true;
}
