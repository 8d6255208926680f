import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHART, type ChartRenderer, chartRenderer } from './chart-renderer.ts';
import { findPackagingTools } from './packaging-tools.ts';

let helm: ChartRenderer['helm'];
let folder: string;

beforeAll(async () => {
  ({ helm } = chartRenderer(await findPackagingTools((line) => console.error(line))));
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-chart-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    const chart = readFileSync(join(CHART, 'Chart.yaml'), 'utf8');
    expect(chart).toContain(`\nversion: ${version}\n`);
    expect(chart).toContain(`\nappVersion: ${version}\n`);
  });

  it.each([3, 4] as const)('is the same, byte by byte, wherever it is made by Helm %i', (version) => {
    const digests = ['one', 'two'].map((name) => {
      const copy = join(folder, `${name}-${version}`, 'pam-operator');
      cpSync(CHART, copy, { recursive: true });
      for (const entry of readdirSync(copy, { recursive: true }) as string[])
        utimesSync(join(copy, entry), 0, 0);
      utimesSync(copy, 0, 0);
      helm(version, 'package', copy, '--destination', join(copy, '..'));
      const archive = readFileSync(join(copy, '..', 'pam-operator-0.1.0.tgz'));
      return createHash('sha256').update(archive).digest('hex');
    });
    expect(digests[0]).toBe(digests[1]);
  });
});
