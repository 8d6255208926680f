import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATOR_NAMESPACE } from '../../e2e/stage.ts';
import { type PackagingCluster, startPackagingCluster } from '../packaging-cluster.ts';
import type { PodProgram, PodRuntime } from '../pod-runtime.ts';
import { startTenant, type Tenant } from '../tenant.ts';
import { containerRuntime } from './container-runtime.ts';

/** The image, built from the Dockerfile and run under runc with the ServiceAccount token of a Helm release. */
const image = inject('image');
const rootfs = join(inject('unpackedImage'), 'rootfs');
const runInContainer = containerRuntime(inject('unpackedImage'), 128);
let cluster: PackagingCluster;
let tenant: Tenant;

let installed: PodProgram;
const runtime: PodRuntime = (program) => {
  installed = program;
  return runInContainer(program);
};

beforeAll(async () => {
  cluster = await startPackagingCluster(runtime);
});
afterAll(async () => {
  await tenant?.stop();
  await cluster?.stop();
});

const operator = () => {
  const [program] = cluster.kubelet.running().values();
  if (program === undefined) throw new Error('no Pod runs');
  return program;
};
const status = (field: string) =>
  new RegExp(`^${field}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${operator().pid}/status`, 'utf8'))?.[1];
const residentMebibytes = () => Number(status('VmRSS')?.split(' ')[0]) / 1024;

describe('what is in it', () => {
  const files = () => readdirSync(rootfs, { recursive: true, encoding: 'utf8' });

  it('is below 50 MB compressed', () => {
    console.log(`compressed: ${(image.compressedBytes / 1e6).toFixed(1)} MB`);
    expect(image.compressedBytes).toBeLessThan(50e6);
  });

  it('has no shell and no package manager', () => {
    expect(files().filter((path) => /(^|\/)(sh|bash|dash|busybox|apt|dpkg|npm|npx)$/.test(path))).toEqual([
      'etc/dpkg',
      'var/lib/dpkg',
    ]);
  });

  it('has the bundle with its list of packages, and no source, no package and no secret', () => {
    const ours = files().filter((path) => path.startsWith('app/'));
    expect(ours).toContain('app/main.js');
    expect(ours).toContain('app/key-pair-worker.js');
    expect(ours.filter((path) => !/^app\/[\w-]+\.js(\.map)?$/.test(path))).toEqual(['app/bom.cdx.json']);
  });

  it('has no file with a set-user-ID bit', () => {
    const special = files().filter((path) => {
      const found = lstatSync(join(rootfs, path));
      return found.isFile() && (found.mode & 0o6000) !== 0;
    });
    expect(special).toEqual([]);
  });
});

describe('installed by Helm, with a read-only root, without capabilities and within 128 MiB', () => {
  it('becomes ready', async () => {
    const release = ['pam-operator', 'charts/pam-operator', '-n', OPERATOR_NAMESPACE, '--create-namespace'];
    await cluster.helm(4, 'install', ...release, '--wait');
    expect(operator().stdout()).toContain('Became the leader');
  });

  it('starts again while nothing else does', async () => {
    for (let times = 1; times <= 3; times++) {
      const startedAt = Date.now();
      const again = runInContainer(installed);
      const listed = await cluster.eventually(
        () => again.log().find(({ msg }) => msg === 'Listed everything that is watched'),
        (line) => line !== undefined,
        'a second one that is ready',
      );
      // Not asserted: it is a matter of the machine and of what else runs there.
      console.log(`ready after: ${Date.parse(String(listed?.ts)) - startedAt} ms`);
      again.kill('SIGTERM');
      expect((await again.ended).code).toBe(0);
    }
  });

  it('needs less than 100 MiB while it has nothing to do', async () => {
    // What the start has left behind goes when V8 collects it.
    const mebibytes = await cluster.eventually(residentMebibytes, (now) => now < 100, 'less than 100 MiB');
    console.log(`resident: ${mebibytes.toFixed(1)} MiB`);
  });

  it('runs as nobody, without any privilege', () => {
    expect(status('Uid')?.split('\t')[0]).toBe('65532');
    expect(status('CapEff')).toBe('0000000000000000');
    expect(status('CapBnd')).toBe('0000000000000000');
    expect(status('NoNewPrivs')).toBe('1');
    expect(status('Seccomp')).toBe('2');
  });

  it('brings a credential to PAM Core, as the chart allows it', async () => {
    tenant = await startTenant(cluster, OPERATOR_NAMESPACE);
    await tenant.declare('db', { enabled: true, deletionPolicy: 'Disable' });
    await tenant.reason('db', 'Synced');
    expect(tenant.pam.store.credential('test_team-a_db')?.content).toBe('pass-db');
    expect(cluster.kubelet.output()).not.toMatch(/\b403\b|[Ff]orbidden/);
  });

  it('ends by itself on SIGTERM, as PID 1, and gives the Lease back', async () => {
    const program = operator();
    await cluster.kubectl('delete', 'pod', '-n', OPERATOR_NAMESPACE, '--all', '--timeout=60s');
    const { stdout } = await program.ended;
    expect(stdout).toContain('"exitCode":0');
    await cluster.eventually(
      () => cluster.kubelet.running().size,
      (count) => count === 1,
      'the next Pod',
    );
  });

  it('its uninstall runs the same image as a hook, and lets go', async () => {
    await tenant.reason('db', 'Synced');
    await cluster.helm(4, 'uninstall', 'pam-operator', '-n', OPERATOR_NAMESPACE, '--wait');
    expect((await tenant.credential('db')).metadata.finalizers).toBeUndefined();
    expect(cluster.kubelet.output()).toContain('Released ');
  });
});
