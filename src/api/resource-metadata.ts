/**
 * The part of `metadata` that the operator keeps of a resource. `managedFields` are dropped on arrival: they
 * are larger than the rest of most resources.
 */
export interface ResourceMetadata {
  name: string;
  /** Absent on a PamConnection, which is cluster-scoped. */
  namespace?: string;
  uid: string;
  /** Opaque, to be compared for equality only. */
  resourceVersion: string;
  /** Counts changes of `spec`. */
  generation: number;
  /** RFC 3339. */
  creationTimestamp: string;
  /** RFC 3339; present once somebody asked for the deletion. */
  deletionTimestamp?: string;
  finalizers?: string[];
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}
