import { apiTypes } from './generate/api-types.ts';
import { argocdCustomizations } from './generate/argocd-customizations.ts';
import { bringUpToDate } from './generate/bring-up-to-date.ts';
import { chartAdmission } from './generate/chart-admission.ts';
import { chartCrds } from './generate/chart-crds.ts';
import { chartListing } from './generate/chart-listing.ts';
import { chartReadme } from './generate/chart-readme.ts';
import { chartSchema } from './generate/chart-schema.ts';
import { readChartValues } from './generate/chart-values.ts';
import { conditionsReference } from './generate/conditions-reference.ts';
import { readCustomKinds } from './generate/custom-kind.ts';
import { demoSimulator } from './generate/demo-simulator.ts';
import type { GeneratedFile } from './generate/generated-file.ts';
import { jsonSchemas } from './generate/json-schemas.ts';
import { kindReferences } from './generate/kind-reference.ts';
import { logReference } from './generate/log-reference.ts';
import { metricsReference } from './generate/metrics-reference.ts';
import { rightsReference } from './generate/rights-reference.ts';
import { runbooks } from './generate/runbooks.ts';
import { settingsReference } from './generate/settings-reference.ts';
import { alerts } from './monitoring/alerts.ts';
import { dashboard } from './monitoring/dashboard.ts';

/**
 * Makes every generated file of the repository from its source.
 *
 *     npm run generate               writes the files that differ
 *     npm run generate -- --check    writes nothing; exit 1 and a list where files differ
 */
const root = new URL('../', import.meta.url);
const kinds = readCustomKinds(root);
const values = readChartValues(root);

/** One line per family of files. */
const generators: (() => GeneratedFile[] | Promise<GeneratedFile[]>)[] = [
  () => apiTypes(kinds),
  () => kindReferences(kinds),
  () => jsonSchemas(kinds),
  settingsReference,
  metricsReference,
  logReference,
  conditionsReference,
  rightsReference,
  runbooks,
  () => chartCrds(kinds),
  () => argocdCustomizations(kinds, root),
  () => chartAdmission(root),
  () => chartListing(root, kinds),
  () => chartSchema(values),
  () => chartReadme(values),
  () => alerts(root),
  dashboard,
  demoSimulator,
];

const check = process.argv.includes('--check');
const files = (await Promise.all(generators.map((generate) => generate()))).flat();
const outdated = bringUpToDate(files, root, check);

if (check && outdated.length > 0) {
  const list = outdated.map((path) => `  ${path}`).join('\n');
  console.error(`Generated files differ from their sources:\n${list}\nRun: npm run generate`);
  process.exitCode = 1;
} else {
  for (const path of outdated) {
    console.log(`wrote ${path}`);
  }
}
