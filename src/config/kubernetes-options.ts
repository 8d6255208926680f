import { booleanOption, integerOption, listOption, type Option, textOption } from './option.ts';
import type { Settings } from './settings.ts';

/** RFC 1123 label, the form of a namespace's name. */
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** RFC 1123 subdomain, the form of a Pod's name. */
const POD_NAME_OR_NONE = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$/;
/** No control characters; a path is printed in problems. */
const PATH_OR_NONE = /^\P{Cc}{0,4096}$/u;

const DAY = 86_400;
const kubernetes = { section: 'Kubernetes' };
const seconds = { unit: 'seconds' };

/** Rows of the table of options about the cluster. */
export const KUBERNETES_OPTIONS = {
  kubeconfig: textOption({
    ...kubernetes,
    flag: 'kubeconfig',
    key: 'kube.config',
    default: '',
    expected: 'a path without control characters',
    pattern: PATH_OR_NONE,
    description:
      "Path of a kubeconfig. Empty: KUBECONFIG or ~/.kube/config where they exist, else the Pod's service account.",
  }),
  namespace: textOption({
    ...kubernetes,
    flag: 'namespace',
    env: 'POD_NAMESPACE',
    key: 'namespace',
    default: 'default',
    expected: 'the name of one namespace',
    pattern: NAMESPACE,
    description:
      "The operator's own namespace: it holds the Lease, the install key and what PamConnections refer to. Not set: the namespace of the Pod's service account, outside of a Pod `default`.",
  }),
  podName: textOption({
    ...kubernetes,
    flag: 'pod-name',
    env: 'POD_NAME',
    key: 'podName',
    default: '',
    expected: 'the name of a Pod',
    pattern: POD_NAME_OR_NONE,
    description: "First part of the identity in the Lease. Empty: the machine's host name.",
  }),
  watchNamespaces: listOption({
    ...kubernetes,
    flag: 'watch-namespaces',
    env: 'WATCH_NAMESPACE',
    key: 'watchNamespaces',
    expected: 'names of namespaces separated by commas, or nothing for all',
    item: NAMESPACE,
    description: 'Namespaces whose resources are reconciled: one, a comma list, or empty for all.',
  }),
  kubeClientQps: integerOption({
    ...kubernetes,
    unit: 'requests per second',
    flag: 'kube-client-qps',
    key: 'kube.clientQps',
    default: 0,
    minimum: 0,
    maximum: 10_000,
    description:
      'Limit of requests to the API server; 0 is unlimited and relies on API Priority and Fairness, as controller-runtime does.',
  }),
  kubeClientBurst: integerOption({
    ...kubernetes,
    unit: 'requests',
    flag: 'kube-client-burst',
    key: 'kube.clientBurst',
    default: 0,
    minimum: 0,
    maximum: 20_000,
    description: 'Requests that may exceed --kube-client-qps for a moment; needed when that one is set.',
  }),
  secretsWatch: booleanOption({
    ...kubernetes,
    flag: 'secrets-watch',
    key: 'secrets.watch',
    default: true,
    description:
      'Notice changed Secrets by a metadata-only watch. Its RBAC verbs are list and watch; false needs get alone and notices changes on an interval.',
  }),
  secretsPollIntervalSeconds: integerOption({
    ...kubernetes,
    ...seconds,
    flag: 'secrets-poll-interval-seconds',
    key: 'secrets.pollIntervalSeconds',
    default: 300,
    minimum: 10,
    maximum: DAY,
    description: 'How often Secrets are read with --secrets-watch=false.',
  }),
  relistIntervalSeconds: integerOption({
    ...kubernetes,
    ...seconds,
    flag: 'relist-interval-seconds',
    key: 'kube.relistIntervalSeconds',
    default: 1800,
    minimum: 5,
    maximum: DAY,
    description:
      'How often resources are listed anew although the watch is healthy; what the watch missed is counted.',
  }),
  streamingLists: booleanOption({
    ...kubernetes,
    flag: 'streaming-lists',
    key: 'kube.streamingLists',
    default: true,
    description:
      'List resources as one stream where the API server offers it (WatchList, Kubernetes 1.34 and later), else in pages of 500. False: always in pages.',
  }),
  cacheSyncTimeoutSeconds: integerOption({
    ...kubernetes,
    ...seconds,
    flag: 'cache-sync-timeout-seconds',
    key: 'kube.cacheSyncTimeoutSeconds',
    default: 120,
    minimum: 5,
    maximum: 3600,
    description: 'The process ends when the first lists are not complete after this time.',
  }),
  watchStaleSeconds: integerOption({
    ...kubernetes,
    ...seconds,
    flag: 'watch-stale-seconds',
    key: 'kube.watchStaleSeconds',
    default: 600,
    minimum: 120,
    maximum: DAY,
    description:
      '/livez fails when a watch has been silent for this long. Keep it above the longest outage of the API server that the process shall survive without a restart.',
  }),
} satisfies { readonly [K in keyof Settings]?: Option<Settings[K]> };
