import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltImage, buildImage } from '../../scripts/image/build-image.ts';
import { OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type ContainerRuntime, containerRuntime } from './container-runtime.ts';
import { debianPrograms } from './debian-programs.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { startTenant, type Tenant } from './tenant.ts';

/** The image, built from the Dockerfile and run under runc with the ServiceAccount token of a Helm release. */
let folder: string;
let image: BuiltImage;
let runtime: ContainerRuntime;
let cluster: PackagingCluster;
let tenant: Tenant;
const MEMORY_MEBIBYTES = 128;

beforeAll(async () => {
  debianPrograms(
    ['buildah', 'runc', 'umoci', 'mmdebstrap', 'strip'],
    ['buildah', 'runc', 'umoci', 'mmdebstrap', 'binutils', 'golang-github-containers-common'],
  );
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-image-'));
  image = buildImage(folder, 'image', (line) => console.error(line));
  runtime = containerRuntime(image.layout, MEMORY_MEBIBYTES);
  cluster = await startPackagingCluster(runtime.start);
}, 600_000);
afterAll(async () => {
  await tenant?.stop();
  await cluster?.stop();
  runtime?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const operator = () => {
  const [program] = cluster.kubelet.running().values();
  if (program === undefined) throw new Error('no Pod runs');
  return program;
};
const status = (field: string) =>
  new RegExp(`^${field}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${operator().pid}/status`, 'utf8'))?.[1];

describe('what is in it', () => {
  const files = () => readdirSync(runtime.rootfs, { recursive: true, encoding: 'utf8' });

  it('is below 50 MB compressed', () => {
    expect(image.compressedBytes).toBeLessThan(50e6);
  });

  it('has no shell and no package manager', () => {
    expect(files().filter((path) => /(^|\/)(sh|bash|dash|busybox|apt|dpkg|npm|npx)$/.test(path))).toEqual([
      'etc/dpkg',
      'var/lib/dpkg',
    ]);
  });

  it('has the bundle and no source, no package and no secret', () => {
    const ours = files().filter((path) => path.startsWith('app/'));
    expect(ours).toContain('app/main.js');
    expect(ours).toContain('app/key-pair-worker.js');
    expect(ours.filter((path) => !/^app\/[\w-]+\.js(\.map)?$/.test(path))).toEqual([]);
  });

  it('has no file with a set-user-ID bit', () => {
    const special = files().filter((path) => {
      const found = lstatSync(join(runtime.rootfs, path));
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

  it('needs less than 100 MiB while it has little to do', () => {
    const kibibytes = Number(status('VmRSS')?.split(' ')[0]);
    expect(kibibytes / 1024).toBeLessThan(100);
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

it('is the same, bit by bit, when it is built again', () => {
  expect(buildImage(folder, 'again', () => {}).digest).toBe(image.digest);
});
