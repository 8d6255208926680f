import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROWS } from '../../scripts/monitoring/panels.ts';
import { REASONS } from '../../src/api/reason.ts';
import { ALL_METRICS } from '../../src/observability/metrics-reference.ts';

/** Alerts, dashboard, runbooks and program speak of the same metrics and reasons. */
const root = new URL('../../', import.meta.url);
const { groups } = parse(readFileSync(new URL('deploy/monitoring/alerts.yaml', root), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; annotations: { runbook_url: string } }[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const expressions = [
  ...rules.map(({ alert, expr }) => ({ of: `alert ${alert}`, expr })),
  ...ROWS.flatMap(({ panels }) => panels).flatMap(({ title, queries }) =>
    queries.map(({ expr }) => ({ of: `panel ${title}`, expr })),
  ),
];
const WORDS = /^(by|on|group_left|or|sum|min|max|rate|increase|absent|time|vector|histogram_quantile)$/;

it.each(expressions)('$of asks for metrics and labels that the operator has: $expr', ({ expr }) => {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(?:by|on) \([^)]*\)/g, '')
    .replaceAll(/\{[^}]*\}/g, '');
  const named = [...bare.matchAll(/[a-zA-Z_][\w:]*/g)]
    .map(([word]) => word)
    .filter((word) => !WORDS.test(word));
  expect(named.length).toBeGreaterThan(0);
  const known = Object.keys(ALL_METRICS);
  // A histogram or summary has these series.
  const family = (name: string) => (known.includes(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
  expect(named.filter((name) => !known.includes(family(name)))).toEqual([]);
  const labels = [...expr.matchAll(/(\w+)(?:=|!=|=~|!~)"/g)].map(([, label]) => `${label}`);
  const has = new Set(named.flatMap((name) => ALL_METRICS[family(name)]?.labels ?? []));
  expect(labels.filter((label) => !has.has(label))).toEqual([]);
});

it('reasons in expressions are reasons of the program', () => {
  const named = expressions.flatMap(({ expr }) =>
    [...expr.matchAll(/reason="(\w+)"/g)].map(([, name]) => name),
  );
  expect(named.length).toBeGreaterThan(0);
  const known: readonly string[] = REASONS;
  expect(named.filter((name) => !known.includes(`${name}`))).toEqual([]);
});

it('every reason has a runbook, and there is none of a reason that is gone', () => {
  const pages = globSync('docs/runbooks/*.md', { cwd: root }).map((path) =>
    `${path.split('/').at(-1)}`.replace('.md', ''),
  );
  expect(pages.toSorted()).toEqual([...REASONS, 'README', 'operator', 'connection'].toSorted());
});

it('every section of the pages for alerts is an alert that leads there', () => {
  for (const page of ['operator', 'connection']) {
    const text = readFileSync(new URL(`docs/runbooks/${page}.md`, root), 'utf8');
    for (const [, title = ''] of text.matchAll(/^## (\w+)$/gm)) {
      const rule = rules.find(({ alert }) => alert === title);
      expect(rule?.annotations.runbook_url, title).toBe(`docs/runbooks/${page}.md#${title.toLowerCase()}`);
    }
  }
});
