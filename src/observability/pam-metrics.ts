import { ConnectionSeries } from './connection-series.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** What happens between the operator and PAM Core; every series carries the PamConnection's name. */
export interface PamMetrics {
  /** One HTTP call. `code` is `ok`, PAM's number or the name of the failure; other texts count as `other`. */
  called(connection: string, call: { operation: string; code: string; durationMs: number }): void;
  /** The state machine of the connection. */
  circuit(connection: string, state: (typeof CIRCUIT_STATES)[number]): void;
  /** Calls that may be in flight. */
  inFlightLimit(connection: string, limit: number): void;
  /** The list was read at this wall time. */
  inventoryRead(connection: string, list: { entries: number; at: Date }): void;
  /** Entries that have our prefix but no resource derives them. */
  unclaimed(connection: string, count: number): void;
  rotated(connection: string, count: number): void;
  disablesPending(connection: string, count: number): void;
  disabled(connection: string, seconds: number): void;
  deletionsHeld(connection: string, count: number): void;
  /** The PamConnection is gone: so are its series. */
  forget(connection: string): void;
}

const CIRCUIT_STATES = ['Closed', 'Open', 'Probing'] as const;

/** Numbers and names of signals; anything else would let an answer of PAM make up series. */
const CODE = /^([A-Za-z]{1,40}|\d{3,4})$/;

export function pamMetrics(registry: MetricRegistry): PamMetrics {
  const requests = registry.counter('pam_operator_api_requests_total');
  const durations = registry.histogram('pam_operator_api_request_duration_seconds');
  const states = registry.gauge('pam_operator_circuit_state');
  const limits = registry.gauge('pam_operator_in_flight_limit');
  const entries = registry.gauge('pam_operator_inventory_entries');
  const readTimes = registry.gauge('pam_operator_inventory_timestamp_seconds');
  const unclaimedEntries = registry.gauge('pam_operator_inventory_unclaimed_entries');
  const rotations = registry.counter('pam_operator_rotations_total');
  const pending = registry.gauge('pam_operator_disables_pending');
  const timesToDisable = registry.histogram('pam_operator_time_to_disable_seconds');
  const held = registry.gauge('pam_operator_deletions_held');
  const series = new ConnectionSeries();
  const timed = new Set<string>();

  return {
    called(connection, { operation, code, durationMs }) {
      const label = CODE.test(code) ? code : 'other';
      requests.inc(series.of(requests, { connection, operation, code: label }));
      durations.observe(series.of(durations, { connection, operation }), durationMs / 1000);
    },
    circuit(connection, state) {
      for (const each of CIRCUIT_STATES)
        states.set(series.of(states, { connection, state: each }), Number(each === state));
    },
    inFlightLimit: (connection, limit) => limits.set(series.of(limits, { connection }), limit),
    inventoryRead(connection, list) {
      entries.set(series.of(entries, { connection }), list.entries);
      readTimes.set(series.of(readTimes, { connection }), list.at.getTime() / 1000);
      rotations.inc(series.of(rotations, { connection }), 0);
    },
    unclaimed: (connection, count) =>
      unclaimedEntries.set(series.of(unclaimedEntries, { connection }), count),
    rotated: (connection, count) => rotations.inc(series.of(rotations, { connection }), count),
    disablesPending(connection, count) {
      pending.set(series.of(pending, { connection }), count);
      // A rate needs the series to be there before its first observation.
      if (!timed.has(connection)) timesToDisable.zero(series.of(timesToDisable, { connection }));
      timed.add(connection);
    },
    disabled: (connection, seconds) =>
      timesToDisable.observe(series.of(timesToDisable, { connection }), seconds),
    deletionsHeld: (connection, count) => held.set(series.of(held, { connection }), count),
    forget(connection) {
      series.forget(connection);
      timed.delete(connection);
    },
  };
}
