import { DEBIAN_PACKAGES, findArgoCd } from './argocd/argo-cd-programs.ts';
import { debianPrograms } from './debian-programs.ts';
import { PROGRAMS } from './monitoring-programs.ts';
import { findPackagingTools } from './packaging-tools.ts';

/**
 * Makes sure that every program of `npm run test:packaging` is there: Go programs in the user's cache folder, Debian
 * packages where this process is root.
 */
async function run(): Promise<void> {
  debianPrograms(PROGRAMS.names, PROGRAMS.packages);
  debianPrograms(DEBIAN_PACKAGES, DEBIAN_PACKAGES);
  await findPackagingTools((line) => console.error(line));
  await findArgoCd((line) => console.error(line));
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
