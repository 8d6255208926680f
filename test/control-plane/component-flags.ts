/** Ports on 127.0.0.1. */
export interface ControlPlanePorts {
  readonly apiServer: number;
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
}

/** Files that the components read; all are PEM but the kubeconfig. */
export interface ControlPlaneFiles {
  readonly etcdData: string;
  readonly caCertificate: string;
  readonly servingCertificate: string;
  readonly servingKey: string;
  readonly serviceAccountKey: string;
  readonly certificateFolder: string;
  readonly kubeconfig: string;
}

/** The first address of the service range belongs to the API server itself. */
export const SERVICE_RANGE = { cidr: '10.0.0.0/24', apiServer: '10.0.0.1' };

const SERVICE_ACCOUNT_ISSUER = 'https://kubernetes.default.svc';

/**
 * Enough to collect dependents, finish namespaces and run a Deployment up to its Pods. The list is closed
 * because controllers that nobody needs delay the start by seconds; a wrong name ends the process.
 */
export const CONTROLLERS = [
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'disruption-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'job-controller',
  'namespace-controller',
  'node-lifecycle-controller',
  'replicaset-controller',
  'root-ca-certificate-publisher-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
];

export function etcdFlags(ports: ControlPlanePorts, files: ControlPlaneFiles): string[] {
  const client = `http://127.0.0.1:${ports.etcdClient}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${files.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    // The data is thrown away; without this every write waits for the disk.
    '--unsafe-no-fsync',
    '--quota-backend-bytes=4294967296',
    '--log-level=error',
  ];
}

export function apiServerFlags(
  ports: ControlPlanePorts,
  files: ControlPlaneFiles,
  additional: readonly string[],
): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
    `--secure-port=${ports.apiServer}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    // No Endpoints object for "kubernetes": it would have to name an address that is not loopback.
    '--endpoint-reconciler-type=none',
    `--cert-dir=${files.certificateFolder}`,
    `--tls-cert-file=${files.servingCertificate}`,
    `--tls-private-key-file=${files.servingKey}`,
    `--client-ca-file=${files.caCertificate}`,
    '--authorization-mode=RBAC',
    `--service-cluster-ip-range=${SERVICE_RANGE.cidr}`,
    `--service-account-issuer=${SERVICE_ACCOUNT_ISSUER}`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    // Priority and Fairness shares the sum of both among its levels; the default of 600 queues load tests.
    '--max-requests-inflight=3000',
    '--max-mutating-requests-inflight=1500',
    // Without it a terminated API server waits a minute for open watches.
    '--shutdown-watch-termination-grace-period=1s',
    ...additional,
  ];
}

export function controllerManagerFlags(ports: ControlPlanePorts, files: ControlPlaneFiles): string[] {
  return [
    ...controllerFlags(ports.controllerManager, files),
    `--root-ca-file=${files.caCertificate}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--controllers=${CONTROLLERS.join(',')}`,
  ];
}

export function schedulerFlags(ports: ControlPlanePorts, files: ControlPlaneFiles): string[] {
  return controllerFlags(ports.scheduler, files);
}

/** What both take that work through the API server. */
function controllerFlags(port: number, files: ControlPlaneFiles): string[] {
  return [
    `--kubeconfig=${files.kubeconfig}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${files.certificateFolder}`,
    `--tls-cert-file=${files.servingCertificate}`,
    `--tls-private-key-file=${files.servingKey}`,
    '--leader-elect=false',
  ];
}
