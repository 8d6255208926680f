import type { BindAddress } from '../observability/bind-address.ts';

type LogLevelSetting = 'debug' | 'info' | 'warn' | 'error';

/** Everything that can be set about the process; PAM addresses and credentials belong to PamConnections. */
export interface Settings {
  readonly metricsBindAddress: BindAddress | 'off';
  readonly healthProbeBindAddress: BindAddress | 'off';
  readonly logLevel: LogLevelSetting;

  /** Empty: in-cluster configuration, `KUBECONFIG` or `~/.kube/config`. */
  readonly kubeconfig: string;
  /** The operator's own namespace: Lease, install key, Secrets and CA bundles of connections. */
  readonly namespace: string;
  /** Empty: the host name stands in for it in the Lease's identity. */
  readonly podName: string;
  /** Empty: all namespaces. */
  readonly watchNamespaces: readonly string[];
  /** 0: unlimited. */
  readonly kubeClientQps: number;
  /** 0 exactly when {@link kubeClientQps} is 0. */
  readonly kubeClientBurst: number;
  /** False: Secrets are read on an interval, no list or watch of Secrets. */
  readonly secretsWatch: boolean;
  readonly secretsPollIntervalSeconds: number;
  readonly relistIntervalSeconds: number;
  /** False: lists in pages of 500. */
  readonly streamingLists: boolean;
  readonly cacheSyncTimeoutSeconds: number;
  readonly watchStaleSeconds: number;

  readonly leaderElect: true;
  /** Name of the Lease. */
  readonly leaderElectionId: string;
  /** `leaseDurationSeconds` > `renewDeadlineSeconds` > 1.2 × `retryPeriodSeconds`. */
  readonly leaseDurationSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retryPeriodSeconds: number;

  readonly maxConcurrentReconciles: number;
  readonly drainSeconds: number;
  /** At most {@link backoffMaxSeconds}. */
  readonly backoffBaseSeconds: number;
  readonly backoffMaxSeconds: number;
  readonly disableRetryMaxSeconds: number;
  readonly stalledRetrySeconds: number;
  readonly deviceRetrySeconds: number;
  readonly accessRetrySeconds: number;
  readonly progressDeadlineSeconds: number;
  /** At most 60. */
  readonly baselineDelaySeconds: number;
  readonly probeIntervalSeconds: number;
  readonly gateProbeIntervalSeconds: number;

  readonly maxInventoryMebibytes: number;
}
