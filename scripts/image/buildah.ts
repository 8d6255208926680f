import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Runs buildah without a daemon, with a store of its own under `folder`. Gives what it prints on stdout. */
export function buildah(folder: string, command: string, ...args: readonly string[]): string {
  const store = [
    '--root',
    join(folder, 'store'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ];
  return execFileSync('buildah', [...store, command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  }).trim();
}

/** An image with nothing but these files, which are not run through a shell. */
export function imageOf(
  folder: string,
  tag: string,
  files: readonly { readonly from: string; readonly to: string }[],
  config: readonly string[],
): void {
  const container = buildah(folder, 'from', 'scratch');
  for (const { from, to } of files) buildah(folder, 'add', container, from, to);
  if (config.length > 0) buildah(folder, 'config', ...config, container);
  buildah(folder, 'commit', '--timestamp', '0', '--rm', container, tag);
}
