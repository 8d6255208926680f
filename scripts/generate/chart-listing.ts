import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments, parseDocument, stringify } from 'yaml';
import type { CustomKind } from './custom-kind.ts';
import type { GeneratedFile } from './generated-file.ts';

const CHART = 'charts/pam-operator/Chart.yaml';

/** One resource of each kind, as people see them first. */
const EXAMPLES = ['examples/connection-full.yaml', 'examples/20-credential.yaml', 'examples/30-ssh-key.yaml'];

/**
 * The parts of Chart.yaml that say elsewhere what it says: the version of the program, and what Artifact Hub lists
 * (definitions, examples, the image). What else stands in the file is written by hand.
 */
export function chartListing(root: URL, kinds: readonly CustomKind[]): GeneratedFile[] {
  const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  const { image } = parse(read('charts/pam-operator/values.yaml')) as { image: { repository: string } };
  const chart = parseDocument(read(CHART));
  chart.set('version', version);
  chart.set('appVersion', version);
  const list = (name: string, value: unknown) =>
    chart.setIn(['annotations', `artifacthub.io/${name}`], stringify(value, { lineWidth: 0 }));
  list('crds', kinds.map(definition));
  list(
    'crdsExamples',
    EXAMPLES.flatMap((path) => resources(read(path))),
  );
  list('images', [{ name: 'pam-operator', image: `${image.repository}:${version}` }]);
  return [{ path: CHART, content: chart.toString({ lineWidth: 0 }) }];
}

function definition({ kind, crd, schema }: CustomKind): object {
  const { metadata, spec } = crd;
  const [sentence = ''] = (schema.description ?? '').replaceAll(/\s+/g, ' ').split(/(?<=\.) /);
  return {
    kind,
    version: spec.versions[0]?.name,
    name: metadata.name,
    displayName: kind,
    description: sentence,
  };
}

/** The documents of our own kinds: a Secret is no example of a definition. */
function resources(text: string): object[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as { apiVersion: string })
    .filter(({ apiVersion }) => apiVersion.startsWith('pam-operator.io/'));
}
