import type { PamCredential } from '../api/pam-credential.gen.ts';
import type { PamSshKey } from '../api/pam-ssh-key.gen.ts';
import { fold } from '../core/glob.ts';
import type { InventoryEntry } from '../core/inventory.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import type { InPieces } from './in-turns.ts';
import type { ResourceMemory } from './resource-memory.ts';

/** A record is gone when two lists at least this far apart, and this long after our last write, did not show it. */
const GONE_AFTER_MS = 60_000;

/** How far PAM's list may lag behind a write: a younger one may still show a record as it was before our disable. */
const LIST_LAG_MS = 30_000;

/** So many resources take one or two milliseconds. */
const RESOURCES_PER_PIECE = 500;

export interface Watched {
  readonly resource: PamCredential | PamSshKey;
  readonly memory: ResourceMemory;
}

/** What one list says about the records of a connection's resources. */
export interface Drift {
  /** Resources whose record is gone, or is back: they have to decide anew. */
  readonly concerned: readonly (PamCredential | PamSshKey)[];
  /** Records whose `change` moved since the list before: rotated by PAM or changed by a person. Each move counts once. */
  readonly rotated: number;
  /** A record that we disabled never left the list: PAM lists disabled records. */
  readonly sawDisabled: boolean;
}

/**
 * Compares a list with what the statuses say, without a write or a call: nightly rotation of 10,000 records is a number
 * in a metric, not 10,000 writes. Where PAM hides disabled records, a missing one may be disabled, so nothing is said
 * to be gone. Stops now and then: what changes meanwhile is compared as it is when its turn comes.
 *
 * @param fingerprint of the connection: an id of another PAM Core is not looked for
 */
export function* watchDrift(
  index: InventoryIndex,
  fingerprint: string,
  disabledRecords: 'Listed' | 'Hidden',
  watched: Iterable<Watched>,
): InPieces<Drift> {
  const { sentAtMs, complete } = index.inventory;
  const concerned: (PamCredential | PamSshKey)[] = [];
  let rotated = 0;
  let sawDisabled = false;
  let seen = 0;
  if (!complete) return { concerned, rotated, sawDisabled };
  for (const { resource, memory } of watched) {
    seen += 1;
    if (seen % RESOURCES_PER_PIECE === 0) yield;
    const { id, identifier, connectionFingerprint } = resource.status ?? {};
    if (id === undefined || connectionFingerprint !== fingerprint) continue;
    // What happened after the request was sent is not in the list.
    if (memory.writeEndedAtMs >= sentAtMs) continue;
    const entry = index.byId(id);
    const renamed =
      entry?.identifier !== undefined &&
      identifier !== undefined &&
      fold(entry.identifier) !== fold(identifier);
    const was = memory.gone;
    if (entry === undefined && disabledRecords === 'Listed') memory.missingSinceMs ??= sentAtMs;
    if (entry !== undefined) memory.missingSinceMs = undefined;
    const missingForMs = memory.missingSinceMs === undefined ? 0 : sentAtMs - memory.missingSinceMs;
    const afterWriteMs = sentAtMs - memory.writeEndedAtMs;
    memory.gone = renamed || (missingForMs >= GONE_AFTER_MS && afterWriteMs >= GONE_AFTER_MS);
    if (memory.gone !== was) concerned.push(resource);
    if (entry === undefined) {
      memory.hiddenAtMs = sentAtMs;
      continue;
    }
    if (hasRotated({ resource, memory }, entry)) rotated += 1;
    if (showsDisabled(memory, sentAtMs)) sawDisabled = true;
  }
  return { concerned, rotated, sawDisabled };
}

/**
 * Whether `change` moved since it was last looked at. Until the baseline is recorded nobody knows whose a move is. What
 * had moved before this process first looked is only where it starts: an earlier one may have counted it.
 */
function hasRotated({ resource, memory }: Watched, { change }: InventoryEntry): boolean {
  // A pass that runs may have written already what the cached status does not say yet.
  if (change === undefined || memory.isBusy) return false;
  const current = memory.overlay(resource);
  if (current === 'stale') return false;
  const baseline = current.status?.content?.change;
  const seen = memory.seenChange ?? (memory.writeEndedAtMs > 0 ? baseline : undefined);
  memory.seenChange = baseline === undefined ? undefined : change;
  return baseline !== undefined && seen !== undefined && change !== seen && change !== baseline;
}

/** A record that was away since our disable and is back may have been enabled by somebody: it tells nothing. */
function showsDisabled({ disabledAtMs, hiddenAtMs = 0 }: ResourceMemory, sentAtMs: number): boolean {
  return disabledAtMs !== undefined && sentAtMs - disabledAtMs >= LIST_LAG_MS && hiddenAtMs < disabledAtMs;
}
