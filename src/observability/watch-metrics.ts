import type { MetricRegistry } from './metric-registry.ts';

/** `resource` is the plural that is watched: `pamcredentials`, `secrets`, … */
export interface WatchMetrics {
  /** The API server sent something (an event, a bookmark, a list) at this wall time. */
  active(resource: string, at: Date): void;
  relisted(resource: string, reason: string): void;
  missed(resource: string, count: number): void;
  cached(resource: string, objects: number): void;
}

export function watchMetrics(registry: MetricRegistry): WatchMetrics {
  const activity = registry.gauge('pam_operator_watch_last_activity_timestamp_seconds');
  const relists = registry.counter('pam_operator_watch_relists_total');
  const missed = registry.counter('pam_operator_watch_missed_events_total');
  const objects = registry.gauge('pam_operator_cache_objects');

  return {
    active(resource, at) {
      activity.set({ resource }, at.getTime() / 1000);
      missed.inc({ resource }, 0);
    },
    relisted: (resource, reason) => relists.inc({ resource, reason }),
    missed: (resource, count) => missed.inc({ resource }, count),
    cached: (resource, count) => objects.set({ resource }, count),
  };
}
