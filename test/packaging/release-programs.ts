import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedGoPrograms } from '../cached-go-programs.ts';

/** Absolute paths. */
export interface ReleasePrograms {
  /** Lists what is in an image. */
  readonly syft: string;
  /** Signs, attests and verifies. */
  readonly cosign: string;
}

const MODULE = import.meta.dirname;

/** Finds them in the user's cache folder, else builds them there from the modules that are pinned beside this file. */
export async function findReleasePrograms(log: (line: string) => void = () => {}): Promise<ReleasePrograms> {
  const syft = 'github.com/anchore/syft';
  const cosign = 'github.com/sigstore/cosign/v3';
  const folder = await cachedGoPrograms({
    what: 'syft and cosign',
    programs: [
      { name: 'syft', package: `${syft}/cmd/syft`, variables: [`main.version=${versionOf(syft)}`] },
      {
        name: 'cosign',
        package: `${cosign}/cmd/cosign`,
        variables: [`sigs.k8s.io/release-utils/version.gitVersion=v${versionOf(cosign)}`],
      },
    ],
    module: MODULE,
    log,
  });
  return { syft: join(folder, 'syft'), cosign: join(folder, 'cosign') };
}

function versionOf(module: string): string {
  const required = readFileSync(join(MODULE, 'go.mod'), 'utf8').split('\n');
  const found = required.find((line) => line.trim().startsWith(`${module} v`));
  if (found === undefined) throw new Error(`go.mod of the release programs does not require ${module}`);
  return found.trim().split(' v')[1]?.split(' ')[0] ?? '';
}
