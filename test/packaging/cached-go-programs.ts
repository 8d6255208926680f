import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildGoPrograms, type GoProgram } from '../control-plane/build-go-programs.ts';

export interface CachedGoPrograms {
  /** Completes "Building …" and "Built …". */
  readonly what: string;
  readonly programs: readonly GoProgram[];
  /** The folder of the Go module that pins them. */
  readonly module: string;
  /** Text of sources that lie in the module itself. */
  readonly sources?: readonly string[];
  readonly log: (line: string) => void;
}

/**
 * Finds programs in the user's cache folder, else builds them there.
 * @returns the folder that holds them under their names
 * @throws Error of one sentence that says what to install
 */
export async function cachedGoPrograms(wanted: CachedGoPrograms): Promise<string> {
  const { what, programs, module, sources = [], log } = wanted;
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const sums = readFileSync(join(module, 'go.sum'), 'utf8');
  const parts = [sums, JSON.stringify(programs), process.platform, process.arch, ...sources];
  const fingerprint = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
  const folder = join(cache, 'pam-operator', 'packaging', fingerprint);
  if (!programs.every(({ name }) => existsSync(join(folder, name)))) {
    const environment = process.env;
    await buildGoPrograms({ what, programs, module, probeDirectory: module, folder, environment, log });
  }
  return folder;
}
