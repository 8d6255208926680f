import { mapKey } from '../core/map-key.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** A resource of any kind; a cluster-scoped one has the namespace ''. */
interface ResourceName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What the status of a resource says. */
interface ResourceReport extends ResourceName {
  /** Name of the PamConnection; of a PamConnection its own. */
  readonly connection: string;
  readonly conditions: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
}

export interface ResourceMetrics {
  /** After each pass, whether or not the status changed. */
  reported(resource: ResourceReport): void;
  deleted(resource: ResourceName): void;
}

/**
 * Resources that have series of their own; the rest counts in `pam_operator_resource_conditions_omitted`. In
 * an outage all of 10,000 resources may be not Ready, and their series would block the event loop on every scrape.
 */
export const MAX_RESOURCES_WITH_CONDITIONS = 1000;

/** The series are made from the last reports on every scrape: none outlives its resource or its reason. */
export function resourceMetrics(registry: MetricRegistry): ResourceMetrics {
  const all = new Map<string, ResourceReport>();
  const notReady = new Map<string, ResourceReport>();

  registry.gauge('pam_operator_resources', (gauge) => {
    gauge.reset();
    // Grouped here: an increment per resource would double the time of a scrape.
    for (const [first, ...others] of Map.groupBy(all.values(), countedAs).values()) {
      if (first === undefined) continue;
      gauge.set(
        { kind: first.kind, connection: first.connection, reason: reasonOf(first) },
        others.length + 1,
      );
    }
  });
  registry.gauge('pam_operator_resource_condition', (gauge) => {
    gauge.reset();
    for (const { kind, namespace, name, conditions } of firstOf(notReady)) {
      for (const { type, status } of conditions) gauge.set({ kind, namespace, name, type, status }, 1);
    }
  });
  registry.gauge('pam_operator_resource_conditions_omitted', (gauge) => {
    gauge.set(Math.max(0, notReady.size - MAX_RESOURCES_WITH_CONDITIONS));
  });

  return {
    reported(resource) {
      const key = keyOf(resource);
      all.set(key, resource);
      const isReady = resource.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
      if (isReady) notReady.delete(key);
      else notReady.set(key, resource);
    },
    deleted(resource) {
      const key = keyOf(resource);
      all.delete(key);
      notReady.delete(key);
    },
  };
}

/** In the order in which they became not Ready, so that a series does not come and go between scrapes. */
function firstOf(resources: ReadonlyMap<string, ResourceReport>): ResourceReport[] {
  return [...resources.values()].slice(0, MAX_RESOURCES_WITH_CONDITIONS);
}

function reasonOf({ conditions }: ResourceReport): string {
  return conditions.find(({ type }) => type === 'Ready')?.reason ?? 'Unknown';
}

function countedAs(resource: ResourceReport): string {
  return `${resource.kind}/${resource.connection}/${reasonOf(resource)}`;
}

function keyOf({ kind, namespace, name }: ResourceName): string {
  return mapKey('/', kind, namespace, name);
}
