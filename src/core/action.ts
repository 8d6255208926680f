import type { InventoryEntry } from './inventory.ts';

/** One step of a plan, in the order of execution; the first failure ends the list (but see `disable.always`). */
export type Action =
  /** Before the first write, and only with `deletionPolicy: Disable`. */
  | { readonly do: 'addFinalizer' }
  | { readonly do: 'removeFinalizer' }
  /** A disable by deletion is counted in the connection's status before its call; too many are held. */
  | { readonly do: 'countDeletion' }
  /** Writes `status.pending` with a resourceVersion precondition: a crash after the POST must be recognisable. */
  | { readonly do: 'recordIntent'; readonly digest: string; readonly changeBefore: string | undefined }
  | UpsertAction
  /** PUT, after a fresh read of the resource: a stale view must not enable what was just disabled. */
  | { readonly do: 'enable'; readonly id: string | 'upserted'; readonly unlessRegistered: boolean }
  /** DELETE. `always`: also after a failed upsert, since nobody knows whether POST re-enables (design 4.2). */
  | { readonly do: 'disable'; readonly id: string | 'upserted'; readonly always: boolean };

/**
 * What an upsert does with a secret part.
 *
 * - `none`: PAM's is not touched.
 * - `send`: in this POST.
 * - `afterRegistered`: a second POST, only when the first one created the record: an existing one keeps its own.
 */
export type SecretPart = 'none' | 'send' | 'afterRegistered';

export interface UpsertAction {
  readonly do: 'upsert';
  readonly mode: 'create' | 'update' | 'adopt';
  readonly identifier: string;
  /** The content (password or key). */
  readonly content: SecretPart;
  /** The block `additionalSettings`, where it has secret parts. */
  readonly additional: SecretPart;
  /** The record's row in the list where it was looked up. */
  readonly entry?: InventoryEntry;
}
