import type { PamCredentialSpec } from '../api/pam-credential.gen.ts';
import type { Need } from './decision.ts';
import { type Failure, problem } from './failure.ts';
import { type GrantOperation, isGranted } from './grants.ts';
import { notGranted, type Target } from './grants-needed.ts';
import { inventoryIncomplete } from './inventory-incomplete.ts';
import type { Situation } from './situation.ts';

/** The number of the parent is looked up in a list that is at most this old (design 3.4). */
const LOOK_UP_AGE_MS = 10_000;

/**
 * What an upsert touches besides its record (design 5, rule 2): a credential that PAM then logs in with asks
 * `Reference` for its user name and hostname, and attributes of the device, which others share, ask `Device`. The
 * number of a parent says nothing about its target, so the list is asked. Absent when all is allowed.
 */
export function refusedReference(situation: Situation): Need | Failure | undefined {
  const { resource, declared } = situation;
  if (resource.kind === 'key') return undefined;
  const { spec } = resource;
  if (changesDevice(spec)) {
    const refused = refuse(situation, declared, 'Device');
    if (refused !== undefined) return refused;
  }
  for (const target of namedCredentials(spec)) {
    const refused = refuse(situation, target, 'Reference');
    if (refused !== undefined) return refused;
  }
  return spec.parentId === undefined ? undefined : refusedParent(situation, spec.parentId);
}

function refusedParent(situation: Situation, parentId: string): Need | Failure | undefined {
  const { inventory, startedAtMs } = situation;
  const notBeforeMs = startedAtMs - LOOK_UP_AGE_MS;
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  const parent = inventory.byId(parentId);
  if (parent === undefined && !inventory.inventory.complete) return inventoryIncomplete();
  return parent === undefined
    ? problem('RecordNotFound', `PAM Core's list shows no record ${parentId} (\`spec.parentId\`)`)
    : refuse(situation, parent, 'Reference');
}

function refuse(
  { resource, connection }: Situation,
  { username, hostname }: Target,
  operation: GrantOperation,
): Failure | undefined {
  const { namespace } = resource.metadata;
  const { namespaceLabels, grants } = connection;
  const request = { namespace, namespaceLabels, username, hostname, operation };
  return isGranted(grants, request) ? undefined : notGranted(request);
}

function changesDevice({ device }: PamCredentialSpec): boolean {
  const { hostname, ip, ...shared } = device;
  return Object.values(shared).some((value) => value !== undefined);
}

/** Where a block leaves the user name or hostname out, only a grant for everything covers it. */
function namedCredentials(spec: PamCredentialSpec): readonly Target[] {
  const { executionSettings: execution, sessionSettings: session, jitSettings: jit } = spec;
  const named = [
    execution?.parent,
    execution?.authentication,
    execution?.reconciliation,
    session?.authentication,
    jit?.authentication,
  ];
  return named.flatMap((reference) =>
    reference?.username === undefined && reference?.hostname === undefined
      ? []
      : [{ username: reference.username ?? '', hostname: reference.hostname ?? '' }],
  );
}
