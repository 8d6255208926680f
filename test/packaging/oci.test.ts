import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFreePort } from '../control-plane/free-port.ts';
import { OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';

/** The chart as users get it: from an OCI registry, by version or by digest. */
let cluster: PackagingCluster;
let folder: string;
let charts: string;
let stopRegistry: () => Promise<void>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-oci-'));
  cluster = await startPackagingCluster();
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  charts = `oci://${address}/charts`;
  const registry = spawn(cluster.tools.crane, ['registry', 'serve', '--address', address], {
    stdio: 'ignore',
  });
  const endWithParent = () => registry.kill('SIGKILL');
  process.once('exit', endWithParent);
  stopRegistry = async () => {
    process.off('exit', endWithParent);
    const exited = once(registry, 'exit');
    registry.kill('SIGKILL');
    await exited;
  };
  await cluster.eventually(
    () =>
      fetch(`http://${address}/v2/`).then(
        ({ ok }) => ok,
        () => sleep(50).then(() => false),
      ),
    (ok) => ok,
    'the registry',
  );
});
afterAll(async () => {
  await stopRegistry?.();
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
