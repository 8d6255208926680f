import type { MetricDefinitions } from './metric-definition.ts';

const gauge = (help: string) => ({ type: 'gauge', help, labels: [] }) as const;
const counter = (help: string) => ({ type: 'counter', help, labels: [] }) as const;

/**
 * What is taken of prom-client's default metrics: the names that every Prometheus client has, and the delay
 * of the event loop, on which all work of the process stands. Those that need /proc exist on Linux only.
 */
export const PROCESS_METRICS = {
  process_cpu_user_seconds_total: counter('Total user CPU time spent in seconds.'),
  process_cpu_system_seconds_total: counter('Total system CPU time spent in seconds.'),
  process_cpu_seconds_total: counter('Total user and system CPU time spent in seconds.'),
  process_start_time_seconds: gauge('Start time of the process since unix epoch in seconds.'),
  process_resident_memory_bytes: gauge('Resident memory size in bytes.'),
  process_virtual_memory_bytes: gauge('Virtual memory size in bytes.'),
  process_heap_bytes: gauge('Process heap size in bytes.'),
  process_open_fds: gauge('Number of open file descriptors.'),
  process_max_fds: gauge('Maximum number of open file descriptors.'),
  nodejs_eventloop_lag_seconds: gauge('Lag of event loop in seconds.'),
  nodejs_eventloop_lag_min_seconds: gauge('The minimum recorded event loop delay.'),
  nodejs_eventloop_lag_max_seconds: gauge('The maximum recorded event loop delay.'),
  nodejs_eventloop_lag_mean_seconds: gauge('The mean of the recorded event loop delays.'),
  nodejs_eventloop_lag_stddev_seconds: gauge('The standard deviation of the recorded event loop delays.'),
  nodejs_eventloop_lag_p50_seconds: gauge('The 50th percentile of the recorded event loop delays.'),
  nodejs_eventloop_lag_p90_seconds: gauge('The 90th percentile of the recorded event loop delays.'),
  nodejs_eventloop_lag_p99_seconds: gauge('The 99th percentile of the recorded event loop delays.'),
} as const satisfies MetricDefinitions;
