import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { acquireBuildLock } from '../../test/control-plane/build-lock.ts';
import { imageOf } from './buildah.ts';
import { packageVersions, unpackPackages } from './debian-packages.ts';

/** Tags of the images in the store. */
export const BASE_IMAGE = 'localhost/base';
export const BUILD_IMAGE = 'localhost/build';

/** What Node needs: its libraries, certificate authorities, time zones, and the files that name users and services. */
const BASE_PACKAGES = [
  'base-files',
  'ca-certificates',
  'gcc-12-base',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'netbase',
  'tzdata',
];
/** Besides: RUN wants a shell. */
const BUILD_PACKAGES = ['dash'];

/** Without them there is no shell either. */
const PROGRAMS = ['bin', 'sbin', 'usr/bin', 'usr/sbin'];
const AUTHORITIES = 'etc/ssl/certs/ca-certificates.crt';

/**
 * Finds the base images of the Dockerfile in the user's cache folder, else makes them there from Debian packages and the
 * Node of this project, for machines that reach no image registry. They are made anew when a package is newer.
 * @returns folder of the store with both
 */
export async function findBaseImages(log: (line: string) => void): Promise<string> {
  const [node, npm] = [realNode(), npmFolder()];
  const sources = readdirSync(import.meta.dirname).map((file) =>
    readFileSync(join(import.meta.dirname, file), 'utf8'),
  );
  const versions = [packageVersions([...BASE_PACKAGES, ...BUILD_PACKAGES]), process.version, npmVersion(npm)];
  const fingerprint = createHash('sha256')
    .update([...sources, ...versions].join('\n'))
    .digest('hex');
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'pam-operator', 'image', fingerprint.slice(0, 16));
  const isDone = () => existsSync(folder);
  const lock = await acquireBuildLock({ directory: `${folder}.building`, isDone, log });
  if (lock === undefined) return folder;
  try {
    log('Making the base images');
    const store = { folder: join(lock.directory, 'made') };
    const work = join(lock.directory, 'work');
    makeBaseImage(store, work, node);
    makeBuildImage(store, work, node, npm);
    renameSync(store.folder, folder);
  } finally {
    lock.release();
  }
  return folder;
}

type Store = Parameters<typeof imageOf>[0];

/** It has the shape of distroless: Node at /nodejs/bin/node, no shell, no package manager. */
function makeBaseImage(store: Store, work: string, node: string): void {
  const root = join(work, 'base-root');
  unpackPackages(BASE_PACKAGES, join(work, 'base-packages'), root);
  const authorities = join(root, 'usr/share/ca-certificates/mozilla');
  const bundle = readdirSync(authorities)
    .sort()
    .map((file) => readFileSync(join(authorities, file), 'utf8').trimEnd());
  mkdirSync(dirname(join(root, AUTHORITIES)), { recursive: true });
  writeFileSync(join(root, AUTHORITIES), `${bundle.join('\n')}\n`);
  const users = ['root:x:0:0:root:/root:/sbin/nologin', 'nonroot:x:65532:65532::/home/nonroot:/sbin/nologin'];
  writeFileSync(join(root, 'etc/passwd'), `${users.join('\n')}\n`);
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  for (const path of PROGRAMS) rmSync(join(root, path), { recursive: true, force: true });
  mkdirSync(join(root, 'nodejs/bin'), { recursive: true });
  copyFileSync(node, join(root, 'nodejs/bin/node'));
  execFileSync('strip', [join(root, 'nodejs/bin/node')]);
  const from = archive(root, join(work, 'base.tar'));
  imageOf(store, BASE_IMAGE, [{ from, to: '/' }], ['--env', `SSL_CERT_FILE=/${AUTHORITIES}`]);
}

function makeBuildImage(store: Store, work: string, node: string, npm: string): void {
  const root = join(work, 'build-root');
  unpackPackages([...BASE_PACKAGES, ...BUILD_PACKAGES], join(work, 'build-packages'), root);
  const from = archive(root, join(work, 'build.tar'));
  const launcher = join(work, 'npm');
  writeFileSync(launcher, '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n', { mode: 0o755 });
  const files = [
    { from, to: '/' },
    { from: node, to: '/usr/local/bin/node' },
    // npm is JavaScript: the machine's own runs with any Node that it supports.
    { from: npm, to: '/usr/local/lib/npm' },
    { from: launcher, to: '/usr/local/bin/npm' },
  ];
  imageOf(store, BUILD_IMAGE, files, [
    ...['--env', 'PATH=/usr/local/bin:/usr/bin:/bin'],
    // Of this image only: the build mounts the machine's authorities there.
    ...['--env', `NODE_EXTRA_CA_CERTS=/${AUTHORITIES}`],
  ]);
}

/** The same bytes for the same files. */
function archive(root: string, path: string): string {
  const reproducible = ['--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0'];
  execFileSync('tar', [...reproducible, '-C', root, '-cf', path, '.']);
  return path;
}

/** The Node of this project, not a wrapper. */
function realNode(): string {
  return execFileSync(process.execPath, ['-p', 'process.execPath'], { encoding: 'utf8' }).trim();
}

function npmFolder(): string {
  const command = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  return dirname(dirname(realpathSync(command)));
}

function npmVersion(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}
