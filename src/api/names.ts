/** Names under which users meet the operator; the design fixes them and manifests repeat them. */
export const API_GROUP = 'pam-operator.io';
export const API_VERSION = 'v1alpha1';

/** Only on resources with `deletionPolicy: Disable`. */
export const FINALIZER = 'pam-operator.io/finalizer';

/** On a PamConnection that a resource with {@link FINALIZER} needs for its last call. */
export const IN_USE_FINALIZER = 'pam-operator.io/in-use';

/** Any new value re-applies everything once; echoed in `status.lastHandledForceSync`. */
export const FORCE_SYNC_ANNOTATION = 'pam-operator.io/force-sync';

/** On a PamConnection: any new value releases the deletions that its brake holds at that moment. */
export const RELEASE_DELETIONS_ANNOTATION = 'pam-operator.io/release-deletions';

/** On a connection's auth Secret: hosts, separated by commas, that `tokenUrl` may name besides the own. */
export const ALLOWED_HOSTS_ANNOTATION = 'pam-operator.io/allowed-hosts';
