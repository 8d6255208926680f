import type { PamCredentialSpec } from '../api/pam-credential.gen.ts';
import type { PamSshKeySpec } from '../api/pam-ssh-key.gen.ts';
import type { Inventory } from './inventory.ts';
import type { RecordKind } from './record-kind.ts';
import type { SecretText } from './secret-text.ts';

/** Secret parts of `spec.additionalSettings`, resolved from their Secrets. */
export interface AdditionalSecrets {
  readonly totp?: SecretText;
  /** By `shortName` of the field. */
  readonly fields: ReadonlyMap<string, SecretText>;
}

/** Everything one `POST {prefix}/pam/credential` says. Absent parts are not sent: PAM keeps their last value. */
export interface CredentialUpsert {
  readonly identifier: string;
  readonly spec: PamCredentialSpec;
  /** Absent: the content is not touched. */
  readonly content?: SecretText;
  /** `parent_password`, from `spec.parentId` or resolved from `spec.parentRef`. */
  readonly parentId?: string;
  /** Absent: `additional_settings` is left out where it has secret parts. */
  readonly additionalSecrets?: AdditionalSecrets;
}

/** Everything one `POST {prefix}/pam/key` says. PAM asks for both halves each time. */
export interface KeyUpsert {
  readonly identifier: string;
  readonly spec: PamSshKeySpec;
  readonly privateKey: SecretText;
  /** One line in OpenSSH format. */
  readonly publicKey: string;
  readonly passphrase?: SecretText;
  /** Sent on create only; absent: not sent. */
  readonly enabled?: boolean;
}

/** PAM's answer to an upsert. */
export interface UpsertAnswer {
  readonly id: string;
  /** 3.32 may answer `tag: null`. */
  readonly identifier: string | undefined;
  /** Only the message tells create from update; `unknown` where it is neither text. */
  readonly result: 'registered' | 'updated' | 'unknown';
  /** `devices_error` of a key's successful answer was not empty: a partial failure. */
  readonly devicesPartlyAssigned: boolean;
}

/** What every call carries along. */
export interface PamCallContext {
  /** Ends the call at once (lease lost, shutdown). */
  readonly signal: AbortSignal;
  /** Ends the wait for a free place, never a call that has begun: the resource is to be disabled, which goes first. */
  readonly superseded?: AbortSignal;
  /** Sent as `X-Request-Id` and repeated in the audit record. */
  readonly requestId: string;
  /** Who waits for a free place is served by priority (0 when absent; a disable has 100). */
  readonly priority?: number;
  /**
   * Asked after each wait, the last time right before the first byte is sent: false ends the call as aborted (the Lease
   * would not outlive it).
   */
  readonly mayStart?: () => boolean;
}

/** One PAM Core instance with one authorization. Every method throws {@link PamError} and nothing else. */
export interface PamClient {
  list(context: PamCallContext): Promise<Inventory>;
  upsertCredential(upsert: CredentialUpsert, context: PamCallContext): Promise<UpsertAnswer>;
  upsertKey(upsert: KeyUpsert, context: PamCallContext): Promise<UpsertAnswer>;
  /** PUT. "Already active" (1043, 1045, 1017 with "already") is success. */
  enable(kind: RecordKind, id: string, context: PamCallContext): Promise<void>;
  /** DELETE. Gone or inactive (1007, 1008, 1015, 1017 by kind) is success. */
  disable(kind: RecordKind, id: string, context: PamCallContext): Promise<void>;
  /** PAM's `Date` of the last answer minus our time, in milliseconds, exact to a second; absent before one. */
  readonly clockSkewMs: number | undefined;
  /** Closes every socket. */
  close(): void;
}
