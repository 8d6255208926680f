import type { Option } from '../../src/config/option.ts';
import { OPTIONS } from '../../src/config/options.ts';
import type { ChartValue } from './chart-values.ts';
import type { GeneratedFile } from './generated-file.ts';

interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
}

/** Settings that the chart makes itself, from other values. */
export const SET_BY_CHART = new Set([
  'metrics.bindAddress',
  'healthProbe.bindAddress',
  'namespace',
  'podName',
  'watchNamespaces',
  'kube.config',
  'leaderElection.id',
]);

const NAMESPACE = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$' };

/** What the default alone does not say of a value. */
const CLOSER: Readonly<Record<string, JsonSchema>> = {
  replicaCount: { minimum: 0, maximum: 10 },
  'image.repository': { minLength: 1 },
  'image.digest': { pattern: '^(sha256:[a-f0-9]{64})?$' },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  imagePullSecrets: {
    items: {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: { name: { type: 'string', minLength: 1 } },
    },
  },
  watchNamespaces: { uniqueItems: true, items: NAMESPACE },
  extraArgs: { items: { type: 'string' } },
  extraEnv: { items: { type: 'object', required: ['name'] } },
  revisionHistoryLimit: { minimum: 0 },
  terminationGracePeriodSeconds: { minimum: 0 },
  dnsPolicy: { enum: ['', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] },
  'podDisruptionBudget.maxUnavailable': { type: ['integer', 'string'] },
  'podDisruptionBudget.unhealthyPodEvictionPolicy': { enum: ['AlwaysAllow', 'IfHealthyBudget'] },
  'metrics.service.port': { minimum: 1, maximum: 65535 },
  'metrics.serviceMonitor.interval': { pattern: '^[0-9]+(ms|s|m|h)$' },
  'metrics.serviceMonitor.scrapeTimeout': { pattern: '^[0-9]+(ms|s|m|h)$' },
  'metrics.podMonitor.interval': { pattern: '^[0-9]+(ms|s|m|h)$' },
  'metrics.podMonitor.scrapeTimeout': { pattern: '^[0-9]+(ms|s|m|h)$' },
  'metrics.grafanaDashboard.sidecarLabel': { minLength: 1 },
  'releaseFinalizersOnUninstall.timeoutSeconds': { minimum: 1 },
  extraObjects: { items: { type: ['object', 'string'] } },
};

/** `values.schema.json`: refuses what is misspelled, before anything is installed. */
export function chartSchema(values: readonly ChartValue[]): GeneratedFile[] {
  const root: JsonSchema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of the chart pam-operator',
    ...emptyObject(),
  };
  for (const { path, description, byDefault } of values) {
    const schema = path === 'config' ? configSchema() : { ...typeOf(byDefault), ...CLOSER[path] };
    place(root, path, { description, ...schema });
  }
  // What a parent chart shares with all of its subcharts.
  place(root, 'global', { description: 'Not used; Helm gives it to every subchart.', type: 'object' });
  const content = `${JSON.stringify(root, undefined, 2)}\n`;
  return [{ path: 'charts/pam-operator/values.schema.json', content }];
}

function configSchema(): JsonSchema {
  const root: JsonSchema = emptyObject();
  const rows: readonly Option<unknown>[] = Object.values(OPTIONS);
  for (const { key, description, schema } of rows)
    if (!SET_BY_CHART.has(key)) place(root, key, { description, ...schema });
  return root;
}

function emptyObject(): JsonSchema {
  return { type: 'object', additionalProperties: false, properties: {} };
}

function place(root: JsonSchema, path: string, schema: JsonSchema): void {
  const parts = path.split('.');
  const last = parts.pop() ?? '';
  let at = root;
  for (const part of parts) {
    at.properties ??= {};
    at.properties[part] ??= emptyObject();
    at = at.properties[part];
  }
  at.properties ??= {};
  at.properties[last] = schema;
}

function typeOf(value: unknown): JsonSchema {
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value === 'number') return { type: 'integer' };
  return { type: typeof value };
}
