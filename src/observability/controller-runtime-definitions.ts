import type { MetricDefinitions } from './metric-definition.ts';

/** 10⁻⁸ × 10ⁿ, written out: computed powers print as 9.999999999999999e-8. */
const WORKQUEUE_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

const RECONCILE_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

const REST_CLIENT_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

const QUEUE = ['name', 'controller'] as const;

/**
 * The metrics of controller-runtime and client-go with their names, labels and buckets, so that dashboards
 * and alerts made for operators in Go work here too.
 */
export const CONTROLLER_RUNTIME_METRICS = {
  controller_runtime_reconcile_total: {
    type: 'counter',
    help: 'Total number of reconciliations per controller',
    labels: ['controller', 'result'],
  },
  controller_runtime_reconcile_errors_total: {
    type: 'counter',
    help: 'Total number of reconciliation errors per controller',
    labels: ['controller'],
  },
  controller_runtime_terminal_reconcile_errors_total: {
    type: 'counter',
    help: 'Total number of terminal reconciliation errors per controller',
    labels: ['controller'],
  },
  controller_runtime_reconcile_panics_total: {
    type: 'counter',
    help: 'Total number of reconciliation panics per controller',
    labels: ['controller'],
  },
  controller_runtime_reconcile_timeouts_total: {
    type: 'counter',
    help: 'Total number of reconciliation timeouts per controller',
    labels: ['controller'],
  },
  controller_runtime_reconcile_time_seconds: {
    type: 'histogram',
    help: 'Length of time per reconciliation per controller',
    labels: ['controller'],
    buckets: RECONCILE_BUCKETS,
  },
  controller_runtime_max_concurrent_reconciles: {
    type: 'gauge',
    help: 'Maximum number of concurrent reconciles per controller',
    labels: ['controller'],
  },
  controller_runtime_active_workers: {
    type: 'gauge',
    help: 'Number of currently used workers per controller',
    labels: ['controller'],
  },
  workqueue_depth: {
    type: 'gauge',
    help: 'Current depth of workqueue by workqueue and priority',
    labels: [...QUEUE, 'priority'],
  },
  workqueue_adds_total: {
    type: 'counter',
    help: 'Total number of adds handled by workqueue',
    labels: QUEUE,
  },
  workqueue_retries_total: {
    type: 'counter',
    help: 'Total number of retries handled by workqueue',
    labels: QUEUE,
  },
  workqueue_queue_duration_seconds: {
    type: 'histogram',
    help: 'How long in seconds an item stays in workqueue before being requested',
    labels: QUEUE,
    buckets: WORKQUEUE_BUCKETS,
  },
  workqueue_work_duration_seconds: {
    type: 'histogram',
    help: 'How long in seconds processing an item from workqueue takes.',
    labels: QUEUE,
    buckets: WORKQUEUE_BUCKETS,
  },
  workqueue_unfinished_work_seconds: {
    type: 'gauge',
    help: "How many seconds of work has been done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
    labels: QUEUE,
  },
  workqueue_longest_running_processor_seconds: {
    type: 'gauge',
    help: 'How many seconds has the longest running processor for workqueue been running.',
    labels: QUEUE,
  },
  rest_client_requests_total: {
    type: 'counter',
    help: 'Number of HTTP requests, partitioned by status code, method, and host.',
    labels: ['code', 'method', 'host'],
  },
  rest_client_request_duration_seconds: {
    type: 'histogram',
    help: 'Request latency in seconds. Broken down by verb, and host.',
    labels: ['verb', 'host'],
    buckets: REST_CLIENT_BUCKETS,
  },
  rest_client_request_retries_total: {
    type: 'counter',
    help: 'Number of request retries, partitioned by status code, verb, and host.',
    labels: ['code', 'verb', 'host'],
  },
  leader_election_master_status: {
    type: 'gauge',
    help: "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master. 'name' is the string used to identify the lease. Please make sure to group by name.",
    labels: ['name'],
  },
} as const satisfies MetricDefinitions;
