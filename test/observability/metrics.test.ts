import { describe, expect, it } from 'vitest';
import { CONTROLLER_RUNTIME_METRICS } from '../../src/observability/controller-runtime-definitions.ts';
import type { Metrics } from '../../src/observability/metrics.ts';
import { ALL_METRICS } from '../../src/observability/metrics-reference.ts';
import { createTestMetrics, seriesOf } from './series-of.ts';

const at = new Date(1_700_000_000_500);

/** Writes something to every family that has labels. */
function exercise(metrics: Metrics): void {
  metrics.reconcile.started('pamcredential', 10);
  const queue = metrics.workqueue('pamcredential');
  queue.readFrom({ depths: () => new Map([[0, 1]]), processingSeconds: () => [1] });
  queue.started(0.1);
  queue.finished(0.1);
  metrics.kube.exchanged({ verb: 'get', method: 'GET', code: '200', host: 'h:443', durationMs: 5 });
  metrics.kube.retried({ verb: 'get', code: '429', host: 'h:443' });
  metrics.kube.leads('pam-operator', true);
  metrics.watch.active('secrets', at);
  metrics.watch.relisted('secrets', 'Expired');
  metrics.watch.cached('secrets', 3);
  metrics.pam.called('default', { operation: 'List', code: 'ok', durationMs: 5 });
  metrics.pam.circuit('default', 'Closed');
  metrics.pam.inFlightLimit('default', 8);
  metrics.pam.inventoryRead('default', { entries: 3, at });
  metrics.pam.unclaimed('default', 1);
  metrics.pam.disablesPending('default', 1);
  metrics.pam.disabled('default', 2);
  metrics.pam.deletionsHeld('default', 1);
  metrics.resources.reported({
    kind: 'PamCredential',
    namespace: 'team-a',
    name: 'db',
    connection: 'default',
    conditions: [{ type: 'Ready', status: 'False', reason: 'DeviceNotFound' }],
  });
}

describe('every metric', () => {
  it('of the reference is served with its type, help, labels and buckets', async () => {
    const metrics = createTestMetrics();
    exercise(metrics);
    const text = await metrics.render();
    for (const [name, { type, help, labels, buckets }] of Object.entries(ALL_METRICS)) {
      expect(text).toContain(`# HELP ${name} ${help.replaceAll('\\', '\\\\')}\n# TYPE ${name} ${type}\n`);
      const suffix = type === 'histogram' ? '_bucket' : '';
      const line = text.split('\n').find((each) => new RegExp(`^${name}${suffix}[{ ]`).test(each)) ?? '';
      const named = [...line.matchAll(/[{,](\w+)="/g)].map(([, label]) => label);
      expect({ name, labels: named.toSorted() }).toEqual({
        name,
        labels: [...labels, ...(type === 'histogram' ? ['le'] : [])].toSorted(),
      });
      for (const limit of buckets ?? [])
        expect(text).toMatch(new RegExp(`^${name}_bucket.*le="${limit}"`, 'm'));
    }
  });

  it('that is served stands in the reference', async () => {
    const metrics = createTestMetrics();
    exercise(metrics);
    const names = [...(await metrics.render()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(names.toSorted()).toEqual(Object.keys(ALL_METRICS).toSorted());
  });

  it('has a name that Prometheus and controller-runtime expect', () => {
    for (const [name, { type, help }] of Object.entries(ALL_METRICS)) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[^|\n]{5,}$/);
    }
  });

  it('can be made twice in one process', async () => {
    const [one, two] = [createTestMetrics(), createTestMetrics()];
    one.logFieldsDropped(3);
    expect(await seriesOf(two, 'pam_operator_log_fields_dropped_total')).toEqual([
      'pam_operator_log_fields_dropped_total 0',
    ]);
  });

  it('of the work queue has the buckets 10⁻⁸ × 10ⁿ', () => {
    const { buckets } = CONTROLLER_RUNTIME_METRICS.workqueue_work_duration_seconds;
    expect(buckets.map((limit) => Math.round(Math.log10(limit)))).toEqual(buckets.map((_, at) => at - 8));
    expect(buckets).toHaveLength(12);
  });
});

describe('passes', () => {
  it('start at zero for every result', async () => {
    const metrics = createTestMetrics();
    metrics.reconcile.started('pamsshkey', 4);
    expect(await seriesOf(metrics, 'controller_runtime_reconcile_total')).toEqual(
      ['success', 'error', 'requeue', 'requeue_after'].map(
        (result) => `controller_runtime_reconcile_total{controller="pamsshkey",result="${result}"} 0`,
      ),
    );
    expect(
      await seriesOf(
        metrics,
        'controller_runtime_max_concurrent_reconciles',
        'controller_runtime_active_workers',
      ),
    ).toEqual([
      'controller_runtime_active_workers{controller="pamsshkey"} 0',
      'controller_runtime_max_concurrent_reconciles{controller="pamsshkey"} 4',
    ]);
  });

  const rows = [
    {
      because: 'a success is no error',
      pass: { result: 'success' },
      want: { success: 1, errors: 0, terminal: 0 },
    },
    {
      because: 'an error counts in both',
      pass: { result: 'error' },
      want: { error: 1, errors: 1, terminal: 0 },
    },
    {
      because: 'a terminal error counts in all three',
      pass: { result: 'error', terminal: true },
      want: { error: 1, errors: 1, terminal: 1 },
    },
    {
      because: 'a wait is no error',
      pass: { result: 'requeue_after' },
      want: { requeue_after: 1, errors: 0, terminal: 0 },
    },
  ] as const;
  it.each(rows)('$because', async ({ pass, want }) => {
    const metrics = createTestMetrics();
    const controller = 'pamcredential';
    metrics.reconcile.started(controller, 1);
    metrics.reconcile.reconciled({ controller, seconds: 0.2, ...pass });
    const text = await metrics.render();
    const value = (name: string, labels = '') =>
      Number(text.match(new RegExp(`^${name}{controller="pamcredential"${labels}} (.*)$`, 'm'))?.[1]);
    for (const [name, count] of Object.entries(want)) {
      const found =
        name === 'errors'
          ? value('controller_runtime_reconcile_errors_total')
          : name === 'terminal'
            ? value('controller_runtime_terminal_reconcile_errors_total')
            : value('controller_runtime_reconcile_total', `,result="${name}"`);
      expect({ name, found }).toEqual({ name, found: count });
    }
    expect(value('controller_runtime_reconcile_time_seconds_count')).toBe(1);
  });
});

describe('the work queue', () => {
  it('is read when the metrics are, and a priority that emptied stays at zero', async () => {
    const metrics = createTestMetrics();
    let depths = new Map([
      [100, 2],
      [-100, 7],
    ]);
    let running = [3, 1.5];
    metrics.workqueue('q').readFrom({ depths: () => depths, processingSeconds: () => running });
    const gauges = ['workqueue_depth', 'workqueue_unfinished_work_seconds', 'workqueue_longest_running_\\w+'];
    expect(await seriesOf(metrics, ...gauges)).toEqual([
      'workqueue_depth{name="q",controller="q",priority="0"} 0',
      'workqueue_depth{name="q",controller="q",priority="100"} 2',
      'workqueue_depth{name="q",controller="q",priority="-100"} 7',
      'workqueue_unfinished_work_seconds{name="q",controller="q"} 4.5',
      'workqueue_longest_running_processor_seconds{name="q",controller="q"} 3',
    ]);
    depths = new Map([[-100, 6]]);
    running = [];
    expect(await seriesOf(metrics, ...gauges)).toEqual([
      'workqueue_depth{name="q",controller="q",priority="0"} 0',
      'workqueue_depth{name="q",controller="q",priority="100"} 0',
      'workqueue_depth{name="q",controller="q",priority="-100"} 6',
      'workqueue_unfinished_work_seconds{name="q",controller="q"} 0',
      'workqueue_longest_running_processor_seconds{name="q",controller="q"} 0',
    ]);
  });
});

describe('single values', () => {
  const rows: { because: string; act: (metrics: Metrics) => void; want: string }[] = [
    {
      because: 'the build is told by labels',
      act: () => undefined,
      want: 'pam_operator_build_info{version="0.1.0",node_version="v24.0.0"} 1',
    },
    {
      because: 'health is not ready before it is wired',
      act: () => undefined,
      want: 'pam_operator_health_status 1',
    },
    {
      because: 'health is read on every scrape',
      act: (metrics) => metrics.readHealthFrom(() => 2),
      want: 'pam_operator_health_status 2',
    },
    {
      because: 'a watch time is in seconds',
      act: (metrics) => metrics.watch.active('secrets', at),
      want: 'pam_operator_watch_last_activity_timestamp_seconds{resource="secrets"} 1700000000.5',
    },
    {
      because: 'missed events start at zero with the watch',
      act: (metrics) => metrics.watch.active('secrets', at),
      want: 'pam_operator_watch_missed_events_total{resource="secrets"} 0',
    },
    {
      because: 'missed events add up',
      act({ watch }) {
        watch.missed('secrets', 2);
        watch.missed('secrets', 3);
      },
      want: 'pam_operator_watch_missed_events_total{resource="secrets"} 5',
    },
    {
      because: 'a lost lease is 0',
      act({ kube }) {
        kube.leads('pam-operator', true);
        kube.leads('pam-operator', false);
      },
      want: 'leader_election_master_status{name="pam-operator"} 0',
    },
    {
      because: 'durations of the API server are in seconds',
      act: ({ kube }) =>
        kube.exchanged({ verb: 'list', method: 'GET', code: '<error>', host: 'h', durationMs: 250 }),
      want: 'rest_client_request_duration_seconds_sum{verb="list",host="h"} 0.25',
    },
  ];
  it.each(rows)('$because', async ({ act, want }) => {
    const metrics = createTestMetrics();
    act(metrics);
    expect((await metrics.render()).split('\n')).toContain(want);
  });
});
