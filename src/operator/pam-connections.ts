import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import { Connections } from '../controller/connections.ts';
import type { ResourceKind } from '../controller/kubernetes.ts';
import type { Workqueue } from '../controller/workqueue.ts';
import type { Clock } from '../core/clock.ts';
import type { InventoryIndex } from '../core/inventory-index.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { limitCalls } from '../pam/limited-client.ts';
import { createPamClient } from '../pam/pam-client.ts';
import { keyOf } from './resource-key.ts';

export interface PamConnectionsOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly queues: Readonly<Record<ResourceKind, Pick<Workqueue<string>, 'add'>>>;
  readonly onInventory: (connection: string, index: InventoryIndex) => void;
}

/** The sessions, each with a limited client of its own, whose state machines bring keys back into the queues. */
export function pamConnections(options: PamConnectionsOptions): Connections {
  const { settings, version, clock, metrics, tracing, queues, onInventory } = options;
  return new Connections({
    clock,
    newRequestId: randomUUID,
    createClient: (name, connection) => {
      const client = createPamClient({
        ...connection,
        maxResponseBytes: 1024 * 1024,
        maxInventoryBytes: settings.maxInventoryMebibytes * 1024 * 1024,
        userAgent: `pam-operator/${version}`,
        clock,
        onCall: (call) => {
          metrics.pam.called(name, call);
          tracing.pamCalled({ connection: name, ...call });
        },
      });
      // The state machine of a new session is closed.
      metrics.pam.circuit(name, 'Closed');
      return limitCalls(client, connection.limits, clock, (limit) => metrics.pam.inFlightLimit(name, limit));
    },
    onInventory,
    probes: {
      probeIntervalMs: settings.probeIntervalSeconds * 1000,
      gateProbeIntervalMs: settings.gateProbeIntervalSeconds * 1000,
    },
    onCircuit: (name, breaker) => {
      metrics.pam.circuit(name, breaker);
      queues.PamConnection.add(name);
    },
    wake: (key, priority, afterMs) => {
      const [kind, place = '', name = ''] = key.split('/') as [ResourceKind, string, string];
      queues[kind].add(keyOf(place, name), { priority, afterMs });
    },
  });
}
