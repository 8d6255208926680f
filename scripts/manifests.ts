import { findPackagingTools } from '../test/packaging/packaging-tools.ts';
import { bringUpToDate } from './generate/bring-up-to-date.ts';
import { demoSimulator } from './manifests/demo-simulator.ts';
import { renderManifests } from './manifests/render-manifests.ts';

/**
 * Makes the manifests of `deploy/` from the chart, with the real Helm, and the simulator of the demo overlay.
 *
 *     npm run manifests               writes the files that differ
 *     npm run manifests -- --check    writes nothing; exit 1 and a list where files differ
 */
const { helm4 } = await findPackagingTools((line) => console.error(line));
const check = process.argv.includes('--check');
const files = [...renderManifests(helm4), ...(await demoSimulator())];
const outdated = bringUpToDate(files, new URL('../', import.meta.url), check);

if (check && outdated.length > 0) {
  const list = outdated.map((path) => `  ${path}`).join('\n');
  console.error(`Manifests differ from their sources:\n${list}\nRun: npm run manifests`);
  process.exitCode = 1;
} else {
  for (const path of outdated) console.log(`wrote ${path}`);
}
