import { describe, expect, it } from 'vitest';
import { logReference } from '../../scripts/generate/log-reference.ts';
import { metricsReference } from '../../scripts/generate/metrics-reference.ts';
import { settingsReference } from '../../scripts/generate/settings-reference.ts';
import { OPTIONS } from '../../src/config/options.ts';
import { AUDIT_FIELDS, LOG_FIELDS } from '../../src/observability/log-fields.ts';
import { ALL_METRICS } from '../../src/observability/metrics-reference.ts';

const pages = [
  {
    because: 'settings by flag',
    page: settingsReference(),
    names: Object.values(OPTIONS).map(({ flag }) => `--${flag}`),
  },
  { because: 'metrics by name', page: metricsReference(), names: Object.keys(ALL_METRICS) },
  { because: 'fields of logs', page: logReference(), names: Object.keys({ ...LOG_FIELDS, ...AUDIT_FIELDS }) },
];

describe('a reference page', () => {
  it.each(pages)('lists $because, each in a row that is whole', ({ page, names }) => {
    const lines = page.flatMap(({ content }) => content.split('\n'));
    for (const name of names) {
      expect(lines.filter((line) => line.startsWith(`| \`${name}\` |`)).length).toBeGreaterThan(0);
    }
    const table = lines.filter((line) => line.startsWith('|'));
    const columns = new Set(table.map((line) => line.split('|').length));
    expect(page[0]?.content.endsWith('|\n')).toBe(true);
    expect(columns.size).toBe(1);
  });
});
