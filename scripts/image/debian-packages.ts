import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Nothing of it is read by a program; of the documents only the licences stay. */
const LEFT_OUT = ['usr/share/man', 'usr/share/locale', 'usr/share/lintian', 'usr/lib/x86_64-linux-gnu/gconv'];

/** Names, versions and digests of what would be unpacked, one package a line. */
export function packageVersions(packages: readonly string[]): string {
  const print = () => aptGet(['download', '--print-uris', ...packages]);
  let printed: string;
  try {
    printed = print();
  } catch {
    // A new machine has no list of packages yet.
    aptGet(['update']);
    printed = print();
  }
  return printed.replaceAll(/^'\S+' /gm, '');
}

/**
 * Unpacks Debian packages without running anything of theirs, with one file a package under var/lib/dpkg/status.d, where
 * scanners look.
 * @param folder for the packages themselves
 */
export function unpackPackages(packages: readonly string[], folder: string, root: string): void {
  mkdirSync(folder, { recursive: true });
  aptGet(['download', ...packages], folder);
  const status = join(root, 'var/lib/dpkg/status.d');
  mkdirSync(status, { recursive: true });
  for (const file of readdirSync(folder).sort()) {
    execFileSync('dpkg-deb', ['-x', join(folder, file), root]);
    const fields = execFileSync('dpkg-deb', ['-f', join(folder, file)]);
    writeFileSync(join(status, file.split('_')[0] ?? file), fields);
  }
  for (const path of LEFT_OUT) rmSync(join(root, path), { recursive: true, force: true });
  for (const path of globSync('usr/share/doc/**', { cwd: root })) {
    if (!path.endsWith('/copyright') && statSync(join(root, path)).isFile()) rmSync(join(root, path));
  }
}

function aptGet(args: readonly string[], cwd?: string): string {
  const options = { encoding: 'utf8', stdio: 'pipe', ...(cwd !== undefined && { cwd }) } as const;
  return execFileSync('apt-get', ['-qq', ...args], options);
}
