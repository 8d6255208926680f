import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageOf } from './buildah.ts';

/** What Node needs: its libraries, certificate authorities, time zones, and the files that name users and services. */
const PACKAGES = [
  'base-files',
  'ca-certificates',
  'gcc-12-base',
  'libc6',
  'libgcc-s1',
  'libstdc++6',
  'netbase',
  'tzdata',
];

/** Nothing of it is read by Node; without the programs there is no shell either. */
const LEFT_OUT = [
  'bin',
  'sbin',
  'usr/bin',
  'usr/sbin',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'usr/lib/x86_64-linux-gnu/gconv',
];

/**
 * A base without a shell from Debian packages and the Node binary, for machines that reach no image registry. It has the
 * shape of distroless: Node at /nodejs/bin/node, one file per package under var/lib/dpkg/status.d for scanners.
 * @param node path of a Node binary
 */
export function makeBaseImage(folder: string, tag: string, node: string): void {
  const packages = join(folder, 'packages');
  const root = join(folder, 'base-root');
  for (const path of [packages, root]) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
  }
  execFileSync('apt-get', ['download', '-qq', ...PACKAGES], { cwd: packages, stdio: 'pipe' });
  const status = join(root, 'var/lib/dpkg/status.d');
  for (const file of readdirSync(packages).sort()) {
    execFileSync('dpkg-deb', ['-x', join(packages, file), root]);
    mkdirSync(status, { recursive: true });
    const fields = execFileSync('dpkg-deb', ['-f', join(packages, file)]);
    writeFileSync(join(status, file.split('_')[0] ?? file), fields);
  }
  const authorities = join(root, 'usr/share/ca-certificates/mozilla');
  const bundle = readdirSync(authorities)
    .sort()
    .map((file) => readFileSync(join(authorities, file), 'utf8').trimEnd());
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), `${bundle.join('\n')}\n`);
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  for (const path of LEFT_OUT) rmSync(join(root, path), { recursive: true, force: true });
  mkdirSync(join(root, 'nodejs/bin'), { recursive: true });
  copyFileSync(node, join(root, 'nodejs/bin/node'));
  execFileSync('strip', [join(root, 'nodejs/bin/node')]);
  const archive = join(folder, 'base.tar');
  execFileSync('tar', [
    ...['--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0', '-C', root],
    ...['-cf', archive, '.'],
  ]);
  const certificates = 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt';
  imageOf(folder, tag, [{ from: archive, to: '/' }], ['--env', certificates]);
}
