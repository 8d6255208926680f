import type { PamConnectionSpec } from '../api/pam-connection.gen.ts';
import type { Claimant } from './claims.ts';
import type { InstallKey } from './digest.ts';
import type { InventoryIndex } from './inventory-index.ts';
import type { DeclaredRecord, ManagedResource } from './managed-resource.ts';
import type { Material, SecretVersion } from './material.ts';
import type { SealState } from './seal.ts';

/** What the plan needs to know of the connection. */
export interface ConnectionFacts {
  readonly fingerprint: string;
  readonly suspended: boolean;
  readonly grants: PamConnectionSpec['grants'];
  /** Whether the list shows disabled records; decides how a record is created (design 4.3). */
  readonly disabledRecords: 'Listed' | 'Hidden';
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly identifierPrefix: string;
}

/**
 * What this process remembers of a resource between passes. Losing it costs reads, never correctness: after a
 * restart the status and the inventory decide.
 */
export interface Memory {
  /** Monotonic time when the last PAM write for this resource ended; 0: none in this process. */
  readonly writeEndedAtMs: number;
  /** PAM refused the last push readably: the pending intent is known not to be applied. */
  readonly refusedDigest: string | undefined;
  /** The id in the status is not the record's any more: PAM answered "not found" to it. */
  readonly refutedId: string | undefined;
  /** Versions of Secrets whose value was found to be the recorded one, by field: read once, not at every pass. */
  readonly verified: ReadonlyMap<string, SecretVersion>;
  /** Two lists, at least a minute apart and a minute after our last write, did not show the record. */
  readonly gone: boolean;
  /** Monotonic time when this process last disabled the record; absent after anything else. */
  readonly disabledAtMs?: number | undefined;
  /** Monotonic time when the last push without an answer ended, or may have; absent: there is none. */
  readonly unansweredAtMs?: number | undefined;
  /** Digest of its intent, until the list or a later answer told what became of it. */
  readonly unansweredDigest?: string | undefined;
  /** The write for whose baseline a list was already looked at, by the time it ended; absent: none. */
  readonly baselineSoughtForMs: number | undefined;
}

/** Everything that one decision is made from: values only. */
export interface Situation {
  /** Its status holds only what its seal vouches for. */
  readonly resource: ManagedResource;
  readonly seal: SealState;
  /** The resource that this one loses its record to; absent when it has none or wins. */
  readonly rival: Claimant | undefined;
  /** Monotonic time when any resource of this process last wrote a record that this one claims; absent: none did. */
  readonly claimWrittenAtMs?: number;
  readonly declared: DeclaredRecord;
  readonly connection: ConnectionFacts;
  readonly installKey: InstallKey;
  /** Newest known version of each Secret by name; absent where it does not exist; `unknown` without a watch. */
  readonly secretVersions: ReadonlyMap<string, SecretVersion | 'unknown'>;
  /** Id of the parent credential where `spec.parentRef` is set and resolved. */
  readonly parentId: string | undefined;
  readonly memory: Memory;
  /** Monotonic times: of the news that woke this pass, and of its start. */
  readonly seenAtMs: number;
  readonly startedAtMs: number;
  /** How long after an own write the baseline is looked for, in milliseconds. */
  readonly baselineDelayMs: number;
  /** Gathered only after the plan asked for it. */
  readonly material?: Material;
  /** Gathered only after the plan asked for it. */
  readonly inventory?: InventoryIndex;
  /** The last list that there is, however old: it tells only which ids are not to be used. */
  readonly lastInventory?: InventoryIndex;
}
