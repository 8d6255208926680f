/**
 * One row of PAM Core's list (`GET {prefix}/pam/credential`), which shows credentials and SSH keys alike.
 * It is the only read the operator makes: a GET of one record would return its password and take custody.
 */
export interface InventoryEntry {
  /** Numeric text of 1 to 18 digits, unique across credentials and keys. */
  readonly id: string;
  /** Absent where the record has none (`tag: null` of 3.32). */
  readonly identifier: string | undefined;
  readonly username: string;
  readonly hostname: string;
  readonly ip: string;
  /** The list's `type` says "SSH Key"; its `type_code` does not discriminate. */
  readonly isKey: boolean;
  /** Last modification, an opaque text without a zone: compare it with an earlier one only, never with a clock. */
  readonly change: string | undefined;
  /** PAM rotates the password by itself. */
  readonly automaticChange: boolean;
}

/** One answer of the list. */
export interface Inventory {
  readonly entries: readonly InventoryEntry[];
  /**
   * False where the number in PAM's own message ("2 credentials found") differs from the number of rows, or
   * where a row could not be read: such an inventory decides nothing. True where the message has no number.
   */
  readonly complete: boolean;
  /** Monotonic milliseconds at which the request was sent: what happened later is not in it. */
  readonly sentAtMs: number;
  /** How long PAM took to answer, in milliseconds. */
  readonly tookMs: number;
}
