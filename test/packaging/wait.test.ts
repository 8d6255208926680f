import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { credential, NAMESPACE, OPERATOR_NAMESPACE, secret } from '../e2e/stage.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { startTenant, type Tenant } from './tenant.ts';

/** A team's own chart holds our resources: what `helm install --wait` of it says. */
let cluster: PackagingCluster;
let tenant: Tenant;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-wait-'));
  cluster = await startPackagingCluster();
  const chart = ['pam-operator', 'charts/pam-operator', '-n', OPERATOR_NAMESPACE, '--create-namespace'];
  await cluster.helm(4, 'install', ...chart, '--wait');
  tenant = await startTenant(cluster, OPERATOR_NAMESPACE);
});
afterAll(async () => {
  await tenant?.stop();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A chart with nothing but these objects. */
function chartOf(name: string, ...objects: readonly object[]): string {
  const chart = join(folder, name);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), stringify({ apiVersion: 'v2', name, version: '0.1.0' }));
  writeFileSync(join(chart, 'templates/all.yaml'), objects.map((object) => stringify(object)).join('---\n'));
  return chart;
}

const install = (name: string, chart: string, ...more: string[]) =>
  cluster.helm(4, 'install', name, chart, '-n', NAMESPACE, '--wait', ...more);

describe('helm install --wait, Helm 4', () => {
  it('waits until PAM Core has the record', async () => {
    tenant.pam.faults.add({ kind: 'delay', ms: 2000, match: { path: 'C4' } });
    const chart = chartOf('ready', secret('ready', { password: 'a' }), credential('ready'));
    await install('ready', chart);
    tenant.pam.faults.clear();
    // Nothing is waited for here: Helm did.
    expect(tenant.pam.store.credential('test_team-a_ready')?.content).toBe('a');
    expect((await tenant.credential('ready')).status?.conditions?.[0]).toMatchObject({ reason: 'Synced' });
  });

  it('fails at once where only a change can help, and says what', async () => {
    const chart = chartOf('stalled', secret('stalled', { password: '' }), credential('stalled'));
    const startedAt = performance.now();
    await expect(install('stalled', chart, '--timeout', '2m')).rejects.toThrow(/stalled.*(Failed|failed)/s);
    // Far below the time-out: it did not wait for it.
    expect(performance.now() - startedAt).toBeLessThan(60_000);
    await tenant.reason('stalled', 'SecretValueInvalid');
  });

  it('waits on while somebody else has to act, and goes on when that was done', async () => {
    const chart = chartOf('late', credential('late'));
    const installing = install('late', chart, '--timeout', '2m');
    await tenant.reason('late', 'SecretNotFound');
    await cluster.apply(secret('late', { password: 'b' }));
    await installing;
    expect(tenant.pam.store.credential('test_team-a_late')?.content).toBe('b');
  });
});

it('kubectl wait tells the same', async () => {
  await tenant.declare('waited');
  const target = ['pamcredential/waited', '-n', NAMESPACE];
  expect(await cluster.kubectl('wait', '--for=condition=Ready', ...target, '--timeout=60s')).toContain('met');
});
