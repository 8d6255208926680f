import type { Claimant } from '../core/claims.ts';
import type { InstallKey } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import type { RetrySettings } from '../core/schedule.ts';
import type { Connections } from './connections.ts';
import type { ExecutionPorts } from './execution-ports.ts';
import type { Caches, Kubernetes } from './kubernetes.ts';
import type { Park } from './park.ts';
import type { ReadKeyPair } from './read-material.ts';
import type { Memories } from './resource-memory.ts';

export interface ReconcilePorts extends Omit<ExecutionPorts, 'session' | 'priority'> {
  readonly caches: Caches;
  readonly kubernetes: Kubernetes;
  readonly connections: Connections;
  readonly memories: Memories;
  readonly readKeyPair: ReadKeyPair;
  /** The install key, or why there is none. */
  readonly installKey: () => Promise<InstallKey | { readonly failure: Failure }>;
  readonly park: Park;
  readonly retry: RetrySettings;
  /** How often Secrets are read where they are not watched, in seconds. */
  readonly secretsPollSeconds: number | undefined;
  readonly random: () => number;
  /** How long after an own write the baseline of `change` is looked for; at most 60 s (design 4.3). */
  readonly baselineDelayMs: number;
  /** The resource that this one loses its record to, if there is one. */
  readonly rivalOf: (resource: ManagedResource, key: InstallKey) => Claimant | undefined;
  /** A call for the resource's record ended at this monotonic time, whatever became of it. */
  readonly recordWritten: (resource: ManagedResource, atMs: number) => void;
  /** When the last call for a record ended that this resource claims too, whichever resource it was for. */
  readonly recordWrittenAtMs: (resource: ManagedResource) => number | undefined;
  /** A declared disable is carried out: seconds since it was first seen by this process. */
  readonly onDisabled: (connection: string, seconds: number) => void;
}
