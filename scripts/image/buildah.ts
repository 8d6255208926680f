import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Where buildah keeps images: a folder of its own, so that nothing else of this machine is seen or touched. */
export interface ImageStore {
  readonly folder: string;
  /** Folder of another store, whose images are only read. */
  readonly readOnly?: string;
}

/** Runs buildah without a daemon. Gives what it prints on stdout. */
export function buildah(store: ImageStore, command: string, ...args: readonly string[]): string {
  return run([...optionsOf(store), command, ...args]);
}

/** An image with nothing but these files, which are not run through a shell. */
export function imageOf(
  store: ImageStore,
  tag: string,
  files: readonly { readonly from: string; readonly to: string }[],
  config: readonly string[],
): void {
  const container = buildah(store, 'from', 'scratch');
  for (const { from, to } of files) buildah(store, 'add', container, from, to);
  if (config.length > 0) buildah(store, 'config', ...config, container);
  buildah(store, 'commit', '--timestamp', '0', '--rm', container, tag);
}

function optionsOf({ folder, readOnly }: ImageStore): string[] {
  const own = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')];
  if (readOnly === undefined) return own;
  // Overlays where this file system can have them, else whole copies: it says which when asked without an option.
  const driver = run([...own, 'info', '--format', '{{.store.GraphDriverName}}']);
  return [
    ...own,
    '--storage-driver',
    driver,
    '--storage-opt',
    `${driver}.imagestore=${join(readOnly, 'store')}`,
  ];
}

function run(args: readonly string[]): string {
  return execFileSync('buildah', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  }).trim();
}
