import { findPackagingTools } from '../test/packaging/packaging-tools.ts';
import { bringUpToDate } from './generate/bring-up-to-date.ts';
import { renderManifests } from './manifests/render-manifests.ts';

/**
 * Makes the manifests of `deploy/` from the chart, with the real Helm.
 *
 *     npm run manifests               writes the files that differ
 *     npm run manifests -- --check    writes nothing; exit 1 and a list where files differ
 */
const { helm4 } = await findPackagingTools((line) => console.error(line));
const check = process.argv.includes('--check');
const outdated = bringUpToDate(renderManifests(helm4), new URL('../', import.meta.url), check);

if (check && outdated.length > 0) {
  const list = outdated.map((path) => `  ${path}`).join('\n');
  console.error(`Manifests differ from the chart:\n${list}\nRun: npm run manifests`);
  process.exitCode = 1;
} else {
  for (const path of outdated) console.log(`wrote ${path}`);
}
