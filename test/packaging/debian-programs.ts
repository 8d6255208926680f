import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Paths of programs that come from Debian packages: from the PATH, else installed where this process is root.
 * @param uid who asks
 * @throws Error of one sentence that names the packages
 */
export function debianPrograms<Name extends string>(
  names: readonly Name[],
  packages: readonly string[],
  uid = process.getuid?.(),
): Record<Name, string> {
  if (names.some((name) => find(name) === undefined)) install(packages, uid);
  return Object.fromEntries(names.map((name) => [name, find(name) ?? ''])) as Record<Name, string>;
}

function install(packages: readonly string[], uid: number | undefined): void {
  const command = `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
  if (uid !== 0 || find('apt-get') === undefined)
    throw new Error(`These tests need the Debian packages ${packages.join(', ')}: run ${command} as root.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' });
  execFileSync('apt-get', command.split(' ').slice(1), { env, stdio: 'ignore' });
}

function find(name: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // In another folder, or not there.
    }
  }
  return undefined;
}
