import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { type Registry, startRegistry } from './registry.ts';

/** The chart as users get it: from an OCI registry, by version or by digest. */
let cluster: PackagingCluster;
let folder: string;
let charts: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-oci-'));
  cluster = await startPackagingCluster();
  registry = await startRegistry(cluster.tools.crane);
  charts = `oci://${registry.address}/charts`;
});
afterAll(async () => {
  await registry?.stop();
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.each([4, 3] as const)('Helm %i pushes, installs by version, and upgrades by digest', async (version) => {
  const namespace = `${OPERATOR_NAMESPACE}-${version}`;
  await cluster.helm(version, 'package', 'charts/pam-operator', '--destination', folder);
  const pushed = await cluster.helm(
    ...([version, 'push', join(folder, 'pam-operator-0.1.0.tgz'), charts, '--plain-http'] as const),
  );
  const digest = /sha256:[a-f0-9]{64}/.exec(pushed)?.[0];
  expect(digest).toBeDefined();
  const release = ['pam-operator', '-n', namespace, '--plain-http', '--wait'];
  await cluster.helm(
    ...([version, 'install', ...release, '--create-namespace'] as const),
    ...[`${charts}/pam-operator`, '--version', '0.1.0'],
  );
  const upgraded = await cluster.helm(version, 'upgrade', ...release, `${charts}/pam-operator@${digest}`);
  expect(upgraded).toContain('STATUS: deployed');
  const pods = await cluster.kubectl('get', 'pods', '-n', namespace);
  expect(pods).toMatch(/pam-operator-\S+ +1\/1 +Running/);
  await cluster.helm(version, 'uninstall', 'pam-operator', '-n', namespace, '--wait');
  // The next one makes them anew, with its own labels.
  await cluster.kubectl('delete', 'crd', '-l', 'app.kubernetes.io/name=pam-operator');
});
