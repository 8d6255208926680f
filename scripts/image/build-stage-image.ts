import { execFileSync } from 'node:child_process';
import { realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { imageOf } from './buildah.ts';

/** The image of the build stage: a minimal Debian with Node and npm, for machines that reach no image registry. */
export function makeBuildStageImage(folder: string, tag: string, node: string): void {
  const system = join(folder, 'debian.tar');
  execFileSync('mmdebstrap', ['--variant=minbase', '--quiet', 'bookworm', system], { stdio: 'pipe' });
  // npm is JavaScript: the machine's own runs with any Node that it supports.
  const command = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  const npm = dirname(dirname(realpathSync(command)));
  const launcher = join(folder, 'npm');
  writeFileSync(launcher, '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n', { mode: 0o755 });
  imageOf(
    folder,
    tag,
    [
      { from: system, to: '/' },
      { from: node, to: '/usr/local/bin/node' },
      { from: npm, to: '/usr/local/lib/npm' },
      { from: launcher, to: '/usr/local/bin/npm' },
    ],
    [
      ...['--env', 'PATH=/usr/local/bin:/usr/bin:/bin'],
      // Of this image only: the build mounts the machine's authorities there.
      ...['--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'],
    ],
  );
}
