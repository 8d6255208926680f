import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { drawPicture } from '../../scripts/monitoring/draw-picture.ts';
import { ROWS } from '../../scripts/monitoring/panels.ts';
import { PICTURE_WIDTH, pictureHeight, picturePage } from '../../scripts/monitoring/picture-page.ts';
import { pictureRows } from '../../scripts/monitoring/picture-rows.ts';
import type { Stage } from '../e2e/stage.ts';
import { debianPrograms } from './debian-programs.ts';
import { startMonitoredStage } from './monitored-stage.ts';
import { PROGRAMS } from './monitoring-programs.ts';
import { type Prometheus, startPrometheus, withInterval } from './prometheus.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

const RULES = (
  parse(readFileSync('deploy/monitoring/alerts.yaml', 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap(({ rules }) => rules);
const PANELS = ROWS.flatMap(({ panels }) => panels);

let programs: Record<(typeof PROGRAMS.names)[number], string>;
let stage: Stage;
let prometheus: Prometheus;
let from: number;
const folder = mkdtempSync(join(tmpdir(), 'pam-operator-monitoring-'));

beforeAll(async () => {
  programs = debianPrograms(PROGRAMS.names, PROGRAMS.packages);
  from = Date.now() / 1000;
  stage = await startMonitoredStage(async (url) => {
    prometheus = await startPrometheus(programs.prometheus, url);
  });
});
afterAll(async () => {
  await prometheus?.stop();
  await stage?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The values that are numbers; a quantile of nothing is NaN. */
async function numbers(expr: string): Promise<number[]> {
  const series = await prometheus.range(expr, from, Date.now() / 1000);
  return series.flatMap(({ values }) => values.map(([, value]) => Number(value))).filter(Number.isFinite);
}

describe('a real Prometheus that scrapes the operator through good and bad times', () => {
  it.each(PANELS)('has data for every expression of the panel "$title"', async ({ queries }) => {
    for (const { expr } of queries) expect(await numbers(withInterval(expr)), expr).not.toEqual([]);
  });

  it.each(RULES)('has data for the alert $alert, whatever it is compared with', async ({ expr }) => {
    const measured = expr
      .replace(/^absent\((.*)\)$/, '$1')
      .replace(/ (?:>|==) [\d.]+$/, '')
      // A reason that no resource has right now has no series; the metric must have the labels all the same.
      .replace(/\{reason="\w+"\}/, '')
      .replace('{kind="PamConnection", type="Ready", status!="True"}', '');
    expect(await numbers(measured), measured).not.toEqual([]);
  });

  it.each([
    { because: 'twelve of thirteen were Ready in the end', title: 'Resources that are Ready', want: 12 / 13 },
    { because: 'one replica leads', title: 'Leader', want: 1 },
    { because: 'the disable got through', title: 'Disables that wait', want: 0 },
  ])('tells the truth: $because', async ({ title, want }) => {
    const [query] = PANELS.find((panel) => panel.title === title)?.queries ?? [];
    expect((await numbers(query?.expr ?? '')).at(-1)).toBeCloseTo(want, 5);
  });

  it.each([
    { because: 'PAM Core rotated one record', expr: 'sum(pam_operator_rotations_total)' },
    { because: 'nobody derives one record', expr: 'sum(pam_operator_inventory_unclaimed_entries)' },
  ])('counts: $because', async ({ expr }) => {
    expect((await numbers(expr)).at(-1)).toBe(1);
  });

  it('shows the outage', async () => {
    const failures = await numbers(
      'max(sum by (code) (increase(pam_operator_api_requests_total{code!~"ok|[0-9]+"}[5s])))',
    );
    expect(Math.max(...failures)).toBeGreaterThan(0);
  });

  it('is drawn, each panel with its data, as the picture of docs/monitoring.md', async () => {
    const rows = await pictureRows((expr) => prometheus.range(withInterval(expr), from, Date.now() / 1000));
    expect(picturePage(rows)).not.toContain('No data');
    const path = join(folder, 'dashboard.png');
    drawPicture(programs.chromium, rows, path);
    const [drawn, shown] = [readFileSync(path), readFileSync('docs/pictures/dashboard.png')];
    for (const picture of [drawn, shown]) {
      expect(picture.subarray(1, 4).toString()).toBe('PNG');
      expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([
        PICTURE_WIDTH,
        pictureHeight(rows),
      ]);
    }
    // An empty page of that size has a tenth of it.
    expect(drawn.length).toBeGreaterThan(60_000);
  });

  it('the metrics page passes promtool', async () => {
    const text = await (await fetch(`${stage.operator().metricsUrl}/metrics`)).text();
    const ours = text
      .split('\n')
      .filter((line) =>
        /^(# \w+ )?(pam_operator|controller_runtime|workqueue|rest_client|leader)/.test(line),
      );
    execFileSync(programs.promtool, ['check', 'metrics'], { input: `${ours.join('\n')}\n` });
  });
});

describe('the alerts', () => {
  it('pass promtool, and the unit tests', () => {
    execFileSync(programs.promtool, ['check', 'rules', 'deploy/monitoring/alerts.yaml'], { stdio: 'pipe' });
    execFileSync(programs.promtool, ['test', 'rules', 'deploy/monitoring/alerts-test.yaml'], {
      stdio: 'pipe',
    });
  });

  it('are each tested, to be silent and to fire', () => {
    const tests = readFileSync('deploy/monitoring/alerts-test.yaml', 'utf8');
    for (const { alert } of RULES) {
      expect(tests, alert).toMatch(new RegExp(`alertname: ${alert}, exp_alerts: \\[\\]`));
      expect(tests, alert).toMatch(new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n +- exp_labels`));
    }
  });

  it.each(RULES)('$alert has a severity, a summary and a runbook that exists', ({ labels, annotations }) => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^\S.*[^.]$/);
    expect(annotations.description).toMatch(/\.$/);
    const [path = '', anchor] = annotations.runbook_url.split('#');
    expect(existsSync(path), path).toBe(true);
    const headings = readFileSync(join(path), 'utf8').match(/^#+ .*$/gm) ?? [];
    const anchors = headings.map((heading) => heading.replace(/^#+ /, '').toLowerCase());
    if (anchor !== undefined) expect(anchors).toContain(anchor);
  });
});
