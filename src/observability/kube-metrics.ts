import type { MetricRegistry } from './metric-registry.ts';

export interface KubeMetrics {
  /** One HTTP exchange with the API server; `code` is its status, or `<error>` where there was no answer. */
  exchanged(exchange: { verb: string; method: string; code: string; host: string; durationMs: number }): void;
  /** A request is sent again because of this answer. */
  retried(exchange: { verb: string; code: string; host: string }): void;
  /** Whether this process holds the Lease. */
  leads(lease: string, isLeader: boolean): void;
}

export function kubeMetrics(registry: MetricRegistry): KubeMetrics {
  const requests = registry.counter('rest_client_requests_total');
  const durations = registry.histogram('rest_client_request_duration_seconds');
  const retries = registry.counter('rest_client_request_retries_total');
  const master = registry.gauge('leader_election_master_status');

  return {
    exchanged({ verb, method, code, host, durationMs }) {
      requests.inc({ code, method, host });
      durations.observe({ verb, host }, durationMs / 1000);
    },
    retried: ({ verb, code, host }) => retries.inc({ verb, code, host }),
    leads: (lease, isLeader) => master.set({ name: lease }, isLeader ? 1 : 0),
  };
}
