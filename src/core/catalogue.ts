import type { Reason } from '../api/reason.ts';

/**
 * When the operator tries again by itself. A change of the resource, its Secret or its connection wakes it at
 * once in every class.
 *
 * - `none`: nothing to try.
 * - `backoff`: a passing fault: 1 s × 2ⁿ up to 5 min, full jitter.
 * - `gate`: a fault of the whole connection, which is probed (`circuit.ts`); no resource tries by itself.
 * - `wait`: somebody else has to act first: the stated time ± jitter.
 * - `stalled`: only a change of spec, Secret or configuration can help: a slow probe, never a stop.
 * - `held`: until released.
 */
export type RetryClass = 'none' | 'backoff' | 'gate' | 'wait' | 'stalled' | 'held';

export interface CatalogueEntry {
  readonly retry: RetryClass;
  /** Only for `wait`: seconds until the next try. */
  readonly waitSeconds?: number;
  /** Only for `wait`: the first tries come sooner, as in `backoff`, since it may be over in a moment. */
  readonly maySoonPass?: boolean;
  /** What it means, as a clause that follows "because". */
  readonly explanation: string;
  /** What a person does about it, as an imperative sentence without its full stop. */
  readonly remedy: string;
}

/**
 * The one place that says what a reason means. Conditions, events, metric labels, `docs/reference/conditions.md`
 * and the runbooks are all made from it. The anchor in the documentation is the reason in lower case.
 */
export const CATALOGUE: Readonly<Record<Reason, CatalogueEntry>> = {
  Synced: {
    retry: 'none',
    explanation: 'PAM Core holds what the resource declares',
    remedy: 'Nothing to do',
  },
  Progressing: { retry: 'none', explanation: 'the operator is at work', remedy: 'Wait a moment' },
  Suspended: {
    retry: 'held',
    explanation: '`spec.suspend` is set here or on the connection, so no call is made',
    remedy: 'Set `suspend: false` to go on',
  },
  PamValidationFailed: {
    retry: 'stalled',
    explanation: 'PAM Core refused a value of the resource',
    remedy: 'Correct the field that the message names',
  },
  DomainNotFound: {
    retry: 'stalled',
    explanation: 'a domain is not registered in PAM Core',
    remedy: 'Register it in PAM Core or correct `spec.domain` and `spec.device.domains`',
  },
  PluginNotFound: {
    retry: 'stalled',
    explanation: 'a plugin or template of the just-in-time settings is not registered in PAM Core',
    remedy: 'Register it in PAM Core or correct `spec.jitSettings`',
  },
  Conflict: {
    retry: 'stalled',
    explanation: 'the record cannot be told apart from another one, or two resources declare the same record',
    remedy: 'Decide which resource or record is meant, and correct or remove the other',
  },
  DeviceNotFound: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'PAM Core knows no device with this hostname and IP',
    remedy: 'Register the device in PAM Core or correct `spec.device`',
  },
  AccessNotGranted: {
    retry: 'wait',
    waitSeconds: 3600,
    explanation: "the record exists, but the connection's A2A authorization has no access to it",
    remedy: 'Add the record to the authorization in PAM Core',
  },
  WrongRecordKind: {
    retry: 'stalled',
    explanation: 'the id belongs to a record of the other kind (credential or SSH key)',
    remedy: 'Use the resource kind that fits the record',
  },
  RecordNotFound: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'PAM Core did not find the record, or one that the request names',
    remedy: 'Check the record and the credentials that the spec refers to in PAM Core',
  },
  RecordGone: {
    retry: 'stalled',
    explanation: 'the record that this resource managed is no longer in PAM Core',
    remedy: 'Annotate the resource with a new value of `pam-operator.io/force-sync` to create it anew',
  },
  PamPermissionDenied: {
    retry: 'gate',
    explanation: "the connection's A2A authorization is read-only",
    remedy: 'Set its PAM resource permission to "Read and write" in PAM Core',
  },
  PamNotAuthorized: {
    retry: 'gate',
    explanation: "PAM Core is not among the authorized resources of the connection's A2A authorization",
    remedy: 'Add PAM Core to the authorized resources in PAM Core',
  },
  PamAuthenticationFailed: {
    retry: 'gate',
    explanation: "PAM Core refused the connection's client credentials or signature",
    remedy: "Check the connection's auth Secret, the allowed IPs and referers, and the clocks of both sides",
  },
  PamPathNotFound: {
    retry: 'gate',
    explanation: 'nothing that understands this API answers under the address of the connection',
    remedy: "Check the connection's `url` and `apiPrefix` (releases up to 3.32 use `/iso`)",
  },
  PamTlsFailed: {
    retry: 'gate',
    explanation: 'the TLS handshake with PAM Core failed, or its certificate is not trusted',
    remedy: "Check the certificate of PAM Core and the connection's `caBundle`",
  },
  PamTimeout: {
    retry: 'backoff',
    explanation: 'PAM Core did not answer in time',
    remedy: 'Check the load of PAM Core and the network between it and the cluster',
  },
  PamUnreachable: {
    retry: 'backoff',
    explanation: 'no connection to PAM Core could be made, or it was cut',
    remedy: 'Check address, DNS, firewall and NetworkPolicy between the operator and PAM Core',
  },
  PamRateLimited: {
    retry: 'backoff',
    explanation: 'PAM Core asked for fewer requests',
    remedy: "Lower the connection's `limits`, or raise PAM Core's",
  },
  PamUnavailable: {
    retry: 'backoff',
    explanation: 'PAM Core answered with a server fault',
    remedy: "Check PAM Core's own log; the request id stands in the operator's audit log",
  },
  PamInvalidResponse: {
    retry: 'backoff',
    explanation: 'the answer cannot be read as one of PAM Core',
    remedy: 'Check for a proxy or login page between the operator and PAM Core',
  },
  CircuitOpen: {
    retry: 'backoff',
    explanation: 'calls to PAM Core are paused because others failed',
    remedy: 'See the conditions of the PamConnection',
  },
  PamRejected: {
    retry: 'stalled',
    explanation: 'PAM Core refused the request for a reason that its documentation does not describe here',
    remedy: "Look the request up in PAM Core's own log; its id stands in the operator's audit log",
  },
  SecretNotFound: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'a Secret that the spec names does not exist',
    remedy: 'Create the Secret in the same namespace or correct the reference',
  },
  SecretKeyNotFound: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'a Secret that the spec names has no such key',
    remedy: 'Add the key to the Secret or correct the reference',
  },
  SecretForbidden: {
    retry: 'wait',
    waitSeconds: 600,
    // An API server that has just started refuses what it has not read the rights for yet.
    maySoonPass: true,
    explanation: 'the operator may not read a Secret that the spec names',
    remedy: "Allow the operator's ServiceAccount to `get` Secrets in this namespace",
  },
  ParentNotReady: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'the parent credential does not exist yet or has no id in PAM Core yet',
    remedy: 'Create the PamCredential that `spec.parentRef` names and see why it is not Ready',
  },
  ConnectionNotFound: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'the PamConnection that the spec names does not exist',
    remedy: 'Create it or correct `spec.connection`',
  },
  ConnectionNotReady: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'the PamConnection cannot be used yet',
    remedy: 'See the conditions of the PamConnection',
  },
  NotGranted: {
    retry: 'wait',
    waitSeconds: 600,
    explanation: 'the connection grants this namespace no such operation on this target',
    remedy: 'Ask the platform team for the grant that the message prints',
  },
  SecretValueInvalid: {
    retry: 'stalled',
    explanation: 'a value of a Secret cannot be used',
    remedy: 'Correct the value in the Secret',
  },
  KeyPairInvalid: {
    retry: 'stalled',
    explanation: 'the SSH key pair cannot be used',
    remedy: 'Correct the key pair in its Secret',
  },
  InvalidSettings: {
    retry: 'stalled',
    explanation: 'a setting cannot be used',
    remedy: 'Correct the field that the message names',
  },
  AdoptionRequired: {
    retry: 'stalled',
    explanation: 'the record exists already and is not managed by this resource',
    remedy: 'Set `spec.adoptionPolicy: Adopt`, with a grant for it, or remove one of the two',
  },
  RotatedElsewhere: {
    retry: 'stalled',
    explanation: 'PAM Core or a person changed the record since the last push, so the Secret is held back',
    remedy:
      'Annotate the resource with a new value of `pam-operator.io/force-sync` to push the Secret all the same',
  },
  DeletionHeld: {
    retry: 'held',
    explanation: 'more records would be disabled by deletion than the brake of the connection allows',
    remedy: 'Annotate the PamConnection with a new value of `pam-operator.io/release-deletions`',
  },
  DeletionBlocked: {
    retry: 'backoff',
    explanation: 'the record could not be disabled, so the finalizer stays',
    remedy: 'Remove the cause, or set `spec.deletionPolicy: Retain` to let go of the record as it is',
  },
  DevicesPartlyAssigned: {
    retry: 'stalled',
    explanation: 'PAM Core took the SSH key, but could not assign it to every device of `spec.devices`',
    remedy: 'Register the devices in PAM Core or correct `spec.devices`',
  },
  InventoryIncomplete: {
    retry: 'backoff',
    explanation: "PAM Core's list is not complete, so nothing may be decided by it",
    remedy: "Compare the list with its own count in PAM Core, and check the authorization's access",
  },
  InstallKeyUnavailable: {
    retry: 'backoff',
    explanation: 'the install key could not be read or made',
    remedy: "Check the operator's rights on Secrets in its own namespace",
  },
  InternalError: {
    retry: 'backoff',
    explanation: 'the operator met a fault of its own',
    remedy: "Report it with the operator's log lines of this reconcileID",
  },
};
