import { join } from 'node:path';
import { cachedGoPrograms } from './cached-go-programs.ts';
import { moduleVersion } from './module-version.ts';

/** Absolute paths. */
export interface ReleasePrograms {
  /** Lists what is in an image. */
  readonly syft: string;
  /** Signs, attests and verifies. */
  readonly cosign: string;
}

const MODULE = join(import.meta.dirname, 'tools');

/** Finds them in the user's cache folder, else builds them there from the modules that are pinned in `tools`. */
export async function findReleasePrograms(log: (line: string) => void = () => {}): Promise<ReleasePrograms> {
  const syft = 'github.com/anchore/syft';
  const cosign = 'github.com/sigstore/cosign/v3';
  const folder = await cachedGoPrograms({
    what: 'syft and cosign',
    programs: [
      {
        name: 'syft',
        package: `${syft}/cmd/syft`,
        variables: [`main.version=${moduleVersion(MODULE, syft)}`],
      },
      {
        name: 'cosign',
        package: `${cosign}/cmd/cosign`,
        variables: [`sigs.k8s.io/release-utils/version.gitVersion=v${moduleVersion(MODULE, cosign)}`],
      },
    ],
    module: MODULE,
    log,
  });
  return { syft: join(folder, 'syft'), cosign: join(folder, 'cosign') };
}
