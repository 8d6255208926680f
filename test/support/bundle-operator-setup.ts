import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BUNDLE = fileURLToPath(new URL('../../scripts/bundle.ts', import.meta.url));

/** Bundles the operator once for a whole run of tests; they find it by the environment, see tested-operator.ts. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'pam-operator-bundle-'));
  await promisify(execFile)(process.execPath, [BUNDLE, folder]);
  process.env.PAM_OPERATOR_TEST_MAIN = join(folder, 'main.js');
  return () => rm(folder, { recursive: true });
}
