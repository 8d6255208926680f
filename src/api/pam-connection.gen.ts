// Generated from crds/pam-operator.io_pamconnections.yaml by "npm run generate". Do not edit.
import type { Condition } from './condition.gen.ts';
import type { LastError } from './last-error.gen.ts';
import type { ResourceMetadata } from './resource-metadata.ts';

/**
 * One PAM Core with one authorization, and what the namespaces of this cluster may do there. Written by the platform team.
 */
export interface PamConnection {
  apiVersion: 'pam-operator.io/v1alpha1';
  kind: 'PamConnection';
  metadata: ResourceMetadata;
  spec: PamConnectionSpec;
  status?: PamConnectionStatus;
}
/**
 * What the platform team declares: where PAM Core is, how to log in, and who may do what.
 */
export interface PamConnectionSpec {
  /**
   * Address of PAM Core: `https://host` or `https://host:port`, nothing behind it. `http` is accepted for loopback addresses only. Example: `https://pam.example.com`.
   */
  url: string;
  /**
   * First part of the API's paths: `/api` (default), or `/iso` for releases before 3.33.
   */
  apiPrefix?: '/api' | '/iso';
  /**
   * Complete address of the OAuth 2.0 token call, where it is not `<url><apiPrefix>/oauth2/token`. It must be on the host of `url`, unless the annotation `pam-operator.io/allowed-hosts` of the Secret with the client id and secret names the other host.
   */
  tokenUrl?: string;
  /**
   * Name of the tenant. It is sent with the token call; an answer that names another tenant is a fault of the connection.
   */
  tenant?: string;
  auth: PamConnectionAuth;
  /**
   * Certificates (PEM) of the authorities that PAM Core's certificate is checked against, instead of the public ones. Not together with `caBundleConfigMap`.
   */
  caBundle?: string;
  caBundleConfigMap?: PamConnectionCaBundleConfigMap;
  /**
   * HTTP proxy for the calls of this connection, without user and password. Example: `http://proxy.example.com:3128`.
   */
  proxyUrl?: string;
  /**
   * Value of the header `Referer`, where the authorization in PAM Core asks for the client's URL. Example: `https://operator.example.com`.
   */
  referer?: string;
  /**
   * Names this cluster in PAM Core. Identifiers of records begin with it: `<identifierPrefix>_<namespace>_<name>`. Immutable; two clusters that share a PAM Core must not share a prefix. Example: `prod-eu`.
   */
  identifierPrefix: string;
  timeouts?: PamConnectionTimeouts;
  limits?: PamConnectionLimits;
  /**
   * How often the list of all records is read while there is nothing to do, in seconds; 0: only when it is needed. Default: 600.
   */
  inventoryIntervalSeconds?: number;
  /**
   * Whether PAM Core's list shows disabled records: `Listed`, `Hidden`, or `Auto` (default: taken for hidden until a record that the operator has disabled was seen in the list).
   */
  disabledRecords?: 'Listed' | 'Hidden' | 'Auto';
  /**
   * Who may do what. A call is allowed where one grant names the namespace, the hostname, the user name and the operation; without a grant nothing is allowed. Names are compared without regard to case; `*` stands for any text, `?` for one character.
   */
  grants?: PamConnectionGrant[];
  deletionBrake?: PamConnectionDeletionBrake;
  /**
   * `true`: no call is made for any resource of this connection. Default: `false`.
   */
  suspend?: boolean;
}
/**
 * How the operator logs in. Exactly one of `oauth2` and `oauth1`.
 */
export interface PamConnectionAuth {
  oauth2?: PamConnectionAuthOauth2;
  oauth1?: PamConnectionAuthOauth1;
}
/**
 * OAuth 2.0 with client credentials (recommended).
 */
export interface PamConnectionAuthOauth2 {
  /**
   * Secret in the operator's namespace with the keys `clientId` and `clientSecret`.
   */
  secretName: string;
}
/**
 * OAuth 1.0a with signed requests.
 */
export interface PamConnectionAuthOauth1 {
  /**
   * Secret in the operator's namespace with the keys `consumerKey`, `consumerSecret`, `tokenKey` and `tokenSecret`.
   */
  secretName: string;
  /**
   * How requests are signed: `HMAC-SHA1` (default) or `HMAC-SHA256`.
   */
  signatureMethod?: 'HMAC-SHA1' | 'HMAC-SHA256';
}
/**
 * The same from a ConfigMap in the operator's namespace; a change is noticed.
 */
export interface PamConnectionCaBundleConfigMap {
  /**
   * Name of the ConfigMap.
   */
  name: string;
  /**
   * Key within the ConfigMap. Example: `ca.crt`.
   */
  key: string;
}
/**
 * Upper limits of single calls, in seconds.
 */
export interface PamConnectionTimeouts {
  /**
   * Until the connection stands. Default: 3.
   */
  connectSeconds?: number;
  /**
   * Until the whole answer has arrived. Default: 10.
   */
  requestSeconds?: number;
  /**
   * The same for the list of all records, which may be long. Default: 30.
   */
  inventorySeconds?: number;
}
/**
 * How much load the operator puts on PAM Core.
 */
export interface PamConnectionLimits {
  /**
   * Calls at the same time. Default: 8.
   */
  maxInFlight?: number;
  /**
   * Calls per second in the long run. Default: 20.
   */
  requestsPerSecond?: number;
  /**
   * Calls at once after a quiet time. Default: 40.
   */
  burst?: number;
}
export interface PamConnectionGrant {
  namespaces: PamConnectionGrantNamespaces;
  /**
   * Hostnames of the devices in PAM Core. Example: `'*.db.example.com'`.
   */
  hostnames: string[];
  /**
   * User names of the records. Example: `'svc-*'`.
   */
  usernames: string[];
  /**
   * What is allowed: `Create`, `Update`, `Enable`, `Disable` (also on deletion), `Adopt` (take over a record that exists), `Reference` (name another credential that PAM Core then logs in with), `Device` (change attributes of the device, which other records share).
   */
  operations: ('Create' | 'Update' | 'Enable' | 'Disable' | 'Adopt' | 'Reference' | 'Device')[];
  /**
   * Identifiers that a resource may ask for by `spec.identifier` or take over. Not asked for derived identifiers. Without it no explicit identifier is allowed.
   */
  identifiers?: string[];
}
/**
 * Namespaces of the resources: exactly one of `names` and `selector`.
 */
export interface PamConnectionGrantNamespaces {
  /**
   * Names of namespaces. `'*'` means every namespace.
   */
  names?: string[];
  selector?: PamConnectionGrantNamespacesSelector;
}
/**
 * Labels of namespaces. An empty selector is refused; every namespace is `names: ['*']`.
 */
export interface PamConnectionGrantNamespacesSelector {
  /**
   * Labels that a namespace must have.
   */
  matchLabels?: {
    [k: string]: string;
  };
  /**
   * Conditions that all must hold.
   */
  matchExpressions?: PamConnectionGrantNamespacesSelectorMatchExpression[];
}
export interface PamConnectionGrantNamespacesSelectorMatchExpression {
  /**
   * Name of the label.
   */
  key: string;
  /**
   * How `key` and `values` relate.
   */
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * Values for `In` and `NotIn`.
   */
  values?: string[];
}
/**
 * Stops a mistaken mass deletion: within a window only so many records are disabled because their resources are deleted; the rest waits as `DeletionHeld` until it is released with the annotation `pam-operator.io/release-deletions`.
 */
export interface PamConnectionDeletionBrake {
  /**
   * How many pass in one window; 0: none. Default: 20.
   */
  maxDisables?: number;
  /**
   * Length of the window in seconds. Default: 600.
   */
  windowSeconds?: number;
}
/**
 * What the operator observed. Written by the operator only.
 */
export interface PamConnectionStatus {
  /**
   * `metadata.generation` that the operator has seen last; -1 before its first visit.
   */
  observedGeneration?: number;
  /**
   * `Ready` is always there; `Reconciling` (work goes on, or is tried again) and `Stalled` (only a change can help) only while they are true.
   */
  conditions?: Condition[];
  state?: PamConnectionStatusState;
  /**
   * Clock of PAM Core minus clock of the operator, in seconds, where it is large enough to matter.
   */
  clockSkewSeconds?: number;
  resources?: PamConnectionStatusResources;
  inventory?: PamConnectionStatusInventory;
  deletions?: PamConnectionStatusDeletions;
  /**
   * Last value of the annotation `pam-operator.io/release-deletions` that was handled.
   */
  lastHandledReleaseDeletions?: string;
  /**
   * The installation of the operator that owns this connection: the first one that saw it. Resources of another installation wait.
   */
  installation?: string;
  /**
   * The last error of a call to PAM Core. Removed by the next success.
   */
  lastError?: LastError;
}
/**
 * Whether calls go out.
 */
export interface PamConnectionStatusState {
  /**
   * `Closed`: calls go out. `Open`: PAM Core fails, calls wait. `Probing`: one call finds out whether it is back.
   */
  breaker: 'Closed' | 'Open' | 'Probing';
  /**
   * Reason of the fault that opened it. Example: `PamTimeout`.
   */
  cause?: string;
  /**
   * When this state began.
   */
  since?: string;
}
/**
 * Counts of the resources that use this connection.
 */
export interface PamConnectionStatusResources {
  /**
   * All of them.
   */
  total?: number;
  /**
   * `Ready` is true.
   */
  ready?: number;
  /**
   * Work goes on, or is tried again.
   */
  reconciling?: number;
  /**
   * Only a change can help.
   */
  stalled?: number;
  /**
   * Suspended.
   */
  suspended?: number;
}
/**
 * What PAM Core's list shows.
 */
export interface PamConnectionStatusInventory {
  /**
   * Records that the authorization can see.
   */
  entries?: number;
  /**
   * Records whose identifier begins with `identifierPrefix` and that no resource derives. More than zero may mean that a second cluster uses the same prefix.
   */
  unclaimedEntries?: number;
  /**
   * What is known about disabled records in the list: a disabled record has been seen (`Listed`) or not (`Hidden`).
   */
  disabledRecords?: 'Listed' | 'Hidden';
}
/**
 * The deletion brake.
 */
export interface PamConnectionStatusDeletions {
  /**
   * When the present window began.
   */
  windowStartTime?: string;
  /**
   * Disables by deletion in this window.
   */
  count?: number;
  /**
   * The resources counted, so that none is counted twice.
   */
  uids?: string[];
  /**
   * Deletions that wait to be released.
   */
  held?: number;
  /**
   * Deletions that were asked for up to this time have been released.
   */
  releasedTime?: string;
}
