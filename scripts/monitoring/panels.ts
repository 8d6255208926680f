/** One picture of the dashboard. */
export interface Panel {
  readonly title: string;
  /** What it tells, for people who see it for the first time. */
  readonly description: string;
  readonly kind: 'timeseries' | 'stat' | 'table';
  /** Of 24 columns. */
  readonly width: number;
  readonly unit: 'short' | 's' | 'ops' | 'bytes' | 'percentunit';
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

/** Two replicas report the same resources: `max` over them, never the sum. */
export const ROWS: readonly { readonly title: string; readonly panels: readonly Panel[] }[] = [
  {
    title: 'What people notice',
    panels: [
      {
        title: 'Resources that are Ready',
        description: 'Share of all PamCredentials and PamSshKeys whose declared state is in PAM Core.',
        kind: 'stat',
        width: 6,
        unit: 'percentunit',
        queries: [
          {
            expr: 'sum(max by (kind, connection, reason) (pam_operator_resources{kind!="PamConnection", reason="Synced"})) / sum(max by (kind, connection, reason) (pam_operator_resources{kind!="PamConnection"}))',
            legend: 'Ready',
          },
        ],
      },
      {
        title: 'Disables that wait',
        description: 'Records that were disabled here and are still enabled in PAM Core. It should be 0.',
        kind: 'stat',
        width: 6,
        unit: 'short',
        queries: [
          {
            expr: 'sum(max by (connection) (pam_operator_disables_pending)) or vector(0)',
            legend: 'waiting',
          },
        ],
      },
      {
        title: 'Deletions held by the brake',
        description: 'More resources were deleted at once than the deletion brake allows.',
        kind: 'stat',
        width: 6,
        unit: 'short',
        queries: [
          { expr: 'sum(max by (connection) (pam_operator_deletions_held)) or vector(0)', legend: 'held' },
        ],
      },
      {
        title: 'Leader',
        description: 'Replicas that hold the Lease: 1.',
        kind: 'stat',
        width: 6,
        unit: 'short',
        queries: [{ expr: 'sum(leader_election_master_status)', legend: 'leaders' }],
      },
      {
        title: 'Resources by reason',
        description: 'The reason of the Ready condition. Everything but Synced and Suspended needs somebody.',
        kind: 'timeseries',
        width: 12,
        unit: 'short',
        queries: [
          {
            expr: 'sum by (reason) (max by (kind, connection, reason) (pam_operator_resources{kind!="PamConnection"}))',
            legend: '{{reason}}',
          },
        ],
      },
      {
        title: 'Not Ready',
        description: 'The resources that are not Ready, at most 1,000.',
        kind: 'table',
        width: 12,
        unit: 'short',
        queries: [
          {
            expr: 'max by (kind, namespace, name, status) (pam_operator_resource_condition{type="Ready"})',
            legend: '',
          },
        ],
      },
    ],
  },
  {
    title: 'PAM Core',
    panels: [
      {
        title: 'Calls per second',
        description: 'Calls to PAM Core by operation.',
        kind: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (connection, operation) (rate(pam_operator_api_requests_total[$__rate_interval]))',
            legend: '{{connection}} {{operation}}',
          },
        ],
      },
      {
        title: 'Answers other than success',
        description: "PAM Core's error numbers and the kinds of failure.",
        kind: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (connection, code) (rate(pam_operator_api_requests_total{code!="ok"}[$__rate_interval]))',
            legend: '{{connection}} {{code}}',
          },
        ],
      },
      {
        title: 'Duration of calls, p99',
        description: 'Ninety-nine of a hundred calls were faster.',
        kind: 'timeseries',
        width: 8,
        unit: 's',
        queries: [
          {
            expr: 'histogram_quantile(0.99, sum by (operation, le) (rate(pam_operator_api_request_duration_seconds_bucket[$__rate_interval])))',
            legend: '{{operation}}',
          },
        ],
      },
      {
        title: 'Time to disable, p99',
        description: 'From noticing that a record is to be disabled until PAM Core confirmed it.',
        kind: 'timeseries',
        width: 8,
        unit: 's',
        queries: [
          {
            expr: 'histogram_quantile(0.99, sum by (connection, le) (rate(pam_operator_time_to_disable_seconds_bucket[$__rate_interval])))',
            legend: '{{connection}}',
          },
        ],
      },
      {
        title: 'Records in the list',
        description: "Entries of PAM Core's list, and those with our prefix that no resource here derives.",
        kind: 'timeseries',
        width: 8,
        unit: 'short',
        queries: [
          { expr: 'max by (connection) (pam_operator_inventory_entries)', legend: '{{connection}}' },
          {
            expr: 'max by (connection) (pam_operator_inventory_unclaimed_entries)',
            legend: '{{connection}}, unclaimed',
          },
        ],
      },
      {
        title: 'Rotations by PAM Core',
        description: 'Records that PAM Core or a person changed, per hour.',
        kind: 'timeseries',
        width: 8,
        unit: 'short',
        queries: [
          {
            expr: 'sum by (connection) (increase(pam_operator_rotations_total[1h]))',
            legend: '{{connection}}',
          },
        ],
      },
      {
        title: 'Calls held back',
        description:
          'Connections whose calls wait, since PAM Core does not answer or refuses them, and that are probed.',
        kind: 'timeseries',
        width: 8,
        unit: 'short',
        queries: [
          {
            expr: 'max by (connection, state) (pam_operator_circuit_state{state!="Closed"})',
            legend: '{{connection}} {{state}}',
          },
        ],
      },
      {
        title: 'Calls in flight allowed',
        description: 'limits.maxInFlight of the connection; less after PAM Core was overloaded or too slow.',
        kind: 'timeseries',
        width: 8,
        unit: 'short',
        queries: [{ expr: 'max by (connection) (pam_operator_in_flight_limit)', legend: '{{connection}}' }],
      },
    ],
  },
  {
    title: 'Controllers',
    panels: [
      {
        title: 'Passes per second',
        description: 'Reconciles by controller and result.',
        kind: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (controller, result) (rate(controller_runtime_reconcile_total[$__rate_interval]))',
            legend: '{{controller}} {{result}}',
          },
        ],
      },
      {
        title: 'Queue depth',
        description: 'Keys that wait for a worker, by priority: 100 is a disable, -100 a resync.',
        kind: 'timeseries',
        width: 8,
        unit: 'short',
        queries: [
          {
            expr: 'sum by (controller, priority) (workqueue_depth)',
            legend: '{{controller}} {{priority}}',
          },
        ],
      },
      {
        title: 'Wait in the queue, p99',
        description: 'How long keys waited for a worker.',
        kind: 'timeseries',
        width: 8,
        unit: 's',
        queries: [
          {
            expr: 'histogram_quantile(0.99, sum by (controller, le) (rate(workqueue_queue_duration_seconds_bucket[$__rate_interval])))',
            legend: '{{controller}}',
          },
        ],
      },
    ],
  },
  {
    title: 'API server and process',
    panels: [
      {
        title: 'Requests to the API server',
        description: 'By method and status.',
        kind: 'timeseries',
        width: 8,
        unit: 'ops',
        queries: [
          {
            expr: 'sum by (method, code) (rate(rest_client_requests_total[$__rate_interval]))',
            legend: '{{method}} {{code}}',
          },
        ],
      },
      {
        title: 'Silence of the watches',
        description: 'Seconds since the API server last sent something; it sends a bookmark every minute.',
        kind: 'timeseries',
        width: 8,
        unit: 's',
        queries: [
          {
            expr: 'time() - min by (resource) (pam_operator_watch_last_activity_timestamp_seconds)',
            legend: '{{resource}}',
          },
        ],
      },
      {
        title: 'Memory',
        description: 'Resident memory of each Pod.',
        kind: 'timeseries',
        width: 8,
        unit: 'bytes',
        queries: [
          {
            expr: 'max by (instance) (process_resident_memory_bytes * on (instance) group_left pam_operator_build_info)',
            legend: '{{instance}}',
          },
        ],
      },
      {
        title: 'CPU',
        description: 'Cores in use.',
        kind: 'timeseries',
        width: 12,
        unit: 'short',
        queries: [
          {
            expr: 'sum by (instance) (rate(process_cpu_seconds_total[$__rate_interval]) * on (instance) group_left pam_operator_build_info)',
            legend: '{{instance}}',
          },
        ],
      },
      {
        title: 'Lag of the event loop, p99',
        description: 'Above half a second the Lease is at risk.',
        kind: 'timeseries',
        width: 12,
        unit: 's',
        queries: [
          {
            expr: 'max by (instance) (nodejs_eventloop_lag_p99_seconds * on (instance) group_left pam_operator_build_info)',
            legend: '{{instance}}',
          },
        ],
      },
    ],
  },
];
