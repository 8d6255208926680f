import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version without its `v` in which the go.mod in `folder` requires a module. Throws where it requires none. */
export function moduleVersion(folder: string, module: string): string {
  const lines = readFileSync(join(folder, 'go.mod'), 'utf8').split('\n');
  const required = lines.map((line) => line.trim().split(' ')).find(([path]) => path === module);
  const version = required?.[1];
  if (version === undefined) throw new Error(`${folder}/go.mod does not require ${module}`);
  return version.replace(/^v/, '');
}
