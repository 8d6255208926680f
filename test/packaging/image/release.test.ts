import { execFile } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { scriptUnder } from '../guide.ts';
import { findPackagingTools } from '../packaging-tools.ts';
import { type Registry, startRegistry } from '../registry.ts';
import { findReleasePrograms } from '../release-programs.ts';

/** Somebody follows docs/release.md, command by command, with a local registry. The rows follow each other. */
const PAGE = 'docs/release.md';
const rootfs = join(inject('unpackedImage'), 'rootfs');
let folder: string;
let registry: Registry;
let environment: Record<string, string>;
/** What the page has exported so far. */
let exported = '';

beforeAll(async () => {
  const { crane } = await findPackagingTools();
  const { syft, cosign } = await findReleasePrograms();
  registry = await startRegistry(crane);
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-release-'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  for (const [name, program] of Object.entries({ crane, syft, cosign }))
    symlinkSync(program, join(bin, name));
  for (const part of ['package.json', 'package-lock.json', 'scripts', 'node_modules'])
    symlinkSync(resolve(part), join(folder, part));
  environment = {
    ...(process.env as Record<string, string>),
    PATH: `${bin}:${process.env.PATH}`,
    // Nothing of the user's: no key, no trust root, no login.
    HOME: folder,
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME || join(process.env.HOME ?? '', '.cache'),
    COSIGN_PASSWORD: 'of this test',
    SYFT_CHECK_FOR_APP_UPDATE: 'false',
  };
});
afterAll(async () => {
  await registry?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

async function sh(script: string): Promise<string> {
  const options = { cwd: folder, env: environment, maxBuffer: 64 * 1024 * 1024 };
  const { stdout, stderr } = await promisify(execFile)('sh', ['-ec', exported + script], options);
  return stdout + stderr;
}

async function follow(heading: string): Promise<string> {
  const script = scriptUnder(PAGE, heading).replaceAll('registry.example.com', registry.address);
  const printed = await sh(script);
  for (const line of script.split('\n')) if (line.startsWith('export ')) exported += `${line}\n`;
  return printed;
}

interface Bom {
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl?: string }[];
}

/** Names and versions of one kind of package. */
function listed(file: string, kind: string): string[] {
  const { components } = JSON.parse(readFileSync(join(folder, 'dist', file), 'utf8')) as Bom;
  return components
    .filter(({ purl = '' }) => purl.startsWith(`pkg:${kind}/`))
    .map(({ purl = '' }) => decodeURIComponent(/^pkg:\w+\/(?:debian\/)?([^?]+)/.exec(purl)?.[1] ?? ''))
    .sort();
}

const lockedVersion = (path: string): string => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return lock.packages[path].version;
};

/** As the source maps of the bundle tell it. */
function packagesInBundle(): string[] {
  const sources = globSync(join(rootfs, 'app/*.js.map')).flatMap(
    (path) => (JSON.parse(readFileSync(path, 'utf8')) as { sources: string[] }).sources,
  );
  const folders = sources.flatMap(
    (source) => /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? [],
  );
  return [...new Set(folders)]
    .map((path) => `${path.replace(/^.*node_modules\//, '')}@${lockedVersion(path)}`)
    .sort();
}

describe(PAGE, () => {
  it('builds the image, the same bit by bit as the one before', async () => {
    expect(await follow('Build')).toContain(inject('image').digest);
    expect(await sh('echo "$DIGEST"')).toBe(`${inject('image').digest}\n`);
  });

  it('lists what is in it: every Debian package, Node, and every npm package in the bundle', async () => {
    await follow('List what is in it');
    const status = join(rootfs, 'var/lib/dpkg/status.d');
    const debian = readdirSync(status).map((name) => {
      const version = /^Version: (.+)$/m.exec(readFileSync(join(status, name), 'utf8'))?.[1];
      return `${name}@${version}`;
    });
    expect(debian.length).toBeGreaterThan(5);
    expect(listed('image.cdx.json', 'deb')).toEqual(debian.sort());
    expect(listed('image.cdx.json', 'generic')).toEqual([`node@${process.versions.node}`]);
    expect(packagesInBundle()).toContain(`undici@${lockedVersion('node_modules/undici')}`);
    expect(listed('image.cdx.json', 'npm')).toEqual(packagesInBundle());
  });

  it('lists what the lock file pins: at least what is in the bundle', () => {
    const pinned = listed('packages.cdx.json', 'npm');
    expect(packagesInBundle().filter((name) => !pinned.includes(name))).toEqual([]);
  });

  it('signs, attests and verifies', async () => {
    await follow('Sign');
    await follow('Provenance');
    const printed = await follow('Verify');
    expect(printed.match(/The signatures were verified against the specified public key/g)).toHaveLength(3);
  });

  it('says in the provenance from which commit it was built', async () => {
    const [last = ''] = scriptUnder(PAGE, 'Verify').trim().split('\n').slice(-1);
    const signed = (await sh(`${last} 2>&1`)).split('\n').find((line) => line.startsWith('{')) ?? '';
    const { payload } = JSON.parse(signed) as { payload: string };
    const { predicate, subject } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    expect(`sha256:${subject[0].digest.sha256}`).toBe(inject('image').digest);
    const commit = (await promisify(execFile)('git', ['rev-parse', 'HEAD'])).stdout.trim();
    expect(predicate.buildDefinition.resolvedDependencies[0]).toEqual({
      name: 'source',
      digest: { gitCommit: commit },
    });
  });

  describe('a changed image, to which somebody copied the signatures', () => {
    const changed = 'DIGEST=$(crane digest "$IMAGE:changed")\n';

    it.each(scriptUnder(PAGE, 'Verify').trim().split('\n'))('is refused by %s', async (command) => {
      await sh('crane mutate --label changed=yes --tag "$IMAGE:changed" "$IMAGE@$DIGEST"');
      const tagOf = (name: string) => `$IMAGE:$(echo ${name} | tr : -)`;
      const other = '$(crane digest "$IMAGE:changed")';
      await sh(`crane copy "${tagOf('$DIGEST')}" "${tagOf(other)}"`);
      await expect(sh(changed + command)).rejects.toThrow(/no matching|no signatures|digest|subject/);
    });

    it('is refused with another key', async () => {
      await sh('mkdir -p other && cd other && cosign generate-key-pair');
      const [first = ''] = scriptUnder(PAGE, 'Verify').split('\n');
      await expect(sh(first.replace('cosign.pub', 'other/cosign.pub'))).rejects.toThrow(/signature/);
    });
  });
});
