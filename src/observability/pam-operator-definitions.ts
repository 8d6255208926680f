import type { MetricDefinitions } from './metric-definition.ts';

/** Around the timeouts of calls: 10 s for a write (20 at most), 30 s for the inventory. */
const API_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 10, 15, 20, 30, 60];

/** From "at once" to an outage of hours: `enabled: false` is promised to wait for nothing but PAM Core. */
const TIME_TO_DISABLE_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400];

/** The operator's own metrics. */
export const PAM_OPERATOR_METRICS = {
  pam_operator_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels tell the version of the operator and of Node.js',
    labels: ['version', 'node_version'],
  },
  pam_operator_health_status: {
    type: 'gauge',
    help: '0 = live and ready, 1 = not ready (a check of /readyz fails), 2 = not live (a check of /livez fails)',
    labels: [],
  },
  pam_operator_api_requests_total: {
    type: 'counter',
    help: "Calls to PAM Core by connection, operation and code (ok, PAM Core's number or the kind of failure)",
    labels: ['connection', 'operation', 'code'],
  },
  pam_operator_api_request_duration_seconds: {
    type: 'histogram',
    help: 'How long calls to PAM Core took',
    labels: ['connection', 'operation'],
    buckets: API_BUCKETS,
  },
  pam_operator_circuit_state: {
    type: 'gauge',
    help: '1 for the state of the connection: Closed (calls go out), Open (they are held back) or Probing (one finds out); 0 for the others',
    labels: ['connection', 'state'],
  },
  pam_operator_in_flight_limit: {
    type: 'gauge',
    help: 'Calls to PAM Core that may be in flight at the same time: limits.maxInFlight, less after overload',
    labels: ['connection'],
  },
  pam_operator_inventory_entries: {
    type: 'gauge',
    help: "Entries of PAM Core's list when it was last read",
    labels: ['connection'],
  },
  pam_operator_inventory_timestamp_seconds: {
    type: 'gauge',
    help: "Unix time at which PAM Core's list was last read",
    labels: ['connection'],
  },
  pam_operator_inventory_unclaimed_entries: {
    type: 'gauge',
    help: "Entries with the connection's identifierPrefix that no resource derives",
    labels: ['connection'],
  },
  pam_operator_rotations_total: {
    type: 'counter',
    help: 'Changes of records that PAM Core or a person made, each counted once; not those before the process started',
    labels: ['connection'],
  },
  pam_operator_disables_pending: {
    type: 'gauge',
    help: 'Resources with enabled: false whose record is still to be disabled',
    labels: ['connection'],
  },
  pam_operator_time_to_disable_seconds: {
    type: 'histogram',
    help: 'Time from noticing that a record is to be disabled until PAM Core confirmed it',
    labels: ['connection'],
    buckets: TIME_TO_DISABLE_BUCKETS,
  },
  pam_operator_deletions_held: {
    type: 'gauge',
    help: 'Disables by deletion that the deletion brake holds back',
    labels: ['connection'],
  },
  pam_operator_resources: {
    type: 'gauge',
    help: 'Resources by kind, connection and reason of their Ready condition',
    labels: ['kind', 'connection', 'reason'],
  },
  pam_operator_resource_condition: {
    type: 'gauge',
    help: 'Always 1; the conditions of resources that are not Ready (see pam_operator_resource_conditions_omitted)',
    labels: ['kind', 'namespace', 'name', 'type', 'status'],
  },
  pam_operator_resource_conditions_omitted: {
    type: 'gauge',
    help: 'Resources that are not Ready but have no pam_operator_resource_condition, to limit the number of series',
    labels: [],
  },
  pam_operator_watch_last_activity_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time at which the API server last sent something on the watch',
    labels: ['resource'],
  },
  pam_operator_watch_relists_total: {
    type: 'counter',
    help: 'Lists made by the watch of a resource, by reason',
    labels: ['resource', 'reason'],
  },
  pam_operator_watch_missed_events_total: {
    type: 'counter',
    help: 'Changes that a list found and the watch before it had not delivered',
    labels: ['resource'],
  },
  pam_operator_cache_objects: {
    type: 'gauge',
    help: 'Objects in the cache of a watch',
    labels: ['resource'],
  },
  pam_operator_log_fields_dropped_total: {
    type: 'counter',
    help: 'Fields of log lines that were not printed because they are not on the list of allowed fields',
    labels: [],
  },
} as const satisfies MetricDefinitions;
