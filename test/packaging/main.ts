import { findBaseImages } from '../../scripts/image/base-images.ts';
import { findBinaries } from '../control-plane/binaries.ts';
import { DEBIAN_PACKAGES, findArgoCd } from './argocd/argo-cd-programs.ts';
import { debianPrograms } from './debian-programs.ts';
import { findImagePrograms } from './image/image-programs.ts';
import { PROGRAMS } from './monitoring-programs.ts';
import { findPackagingTools } from './packaging-tools.ts';
import { findReleasePrograms } from './release-programs.ts';

/**
 * Makes sure that every program of `npm run test:packaging` is there: Go programs in the user's cache folder, Debian
 * packages and the base images of the Dockerfile where this process is root.
 */
async function run(): Promise<void> {
  debianPrograms(PROGRAMS.names, PROGRAMS.packages);
  debianPrograms(DEBIAN_PACKAGES, DEBIAN_PACKAGES);
  findImagePrograms();
  await findBaseImages((line) => console.error(line));
  await findBinaries({ controllers: true, log: (line) => console.error(line) });
  await findPackagingTools((line) => console.error(line));
  await findArgoCd((line) => console.error(line));
  await findReleasePrograms((line) => console.error(line));
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
