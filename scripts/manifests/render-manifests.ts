import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';
import type { GeneratedFile } from '../generate/generated-file.ts';

const CHART = fileURLToPath(new URL('../../charts/pam-operator', import.meta.url));

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly template?: { readonly metadata: Manifest['metadata'] } };
}

/** The namespace of every manifest, with Pod security enforced. */
const NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'pam-operator',
    labels: {
      'app.kubernetes.io/name': 'pam-operator',
      'pod-security.kubernetes.io/enforce': 'restricted',
    },
  },
};

/**
 * The chart is the source: `deploy/install.yaml` (everything, to apply as it is), the parts that the kustomize overlays
 * are made of, and the Job that lets go of resources before an uninstall.
 * @param helm path of Helm
 */
export function renderManifests(helm: string): GeneratedFile[] {
  const withHooks = render(helm, []);
  const all = withHooks.filter((manifest) => !isHook(manifest)).map(withoutHelm);
  const some = render(helm, ['watchNamespaces={team-a}'])
    .filter((manifest) => !isHook(manifest))
    .map(withoutHelm);
  const isCrd = ({ kind }: Manifest) => kind === 'CustomResourceDefinition';
  const rest = (manifests: readonly Manifest[]) => manifests.filter((manifest) => !isCrd(manifest));
  const crds = all.filter(isCrd);
  return [
    file('deploy/crds.yaml', crds),
    file('deploy/components/crds/crds.yaml', crds),
    file('deploy/components/namespace/namespace.yaml', [NAMESPACE as Manifest]),
    file('deploy/install.yaml', [NAMESPACE as Manifest, ...crds, ...rest(all)]),
    file('deploy/base/pam-operator.yaml', rest(all)),
    file('deploy/overlays/namespaced/pam-operator.yaml', rest(some)),
    file('deploy/uninstall/release-finalizers.yaml', withHooks.filter(isHook).map(withoutHelm)),
  ];
}

function render(helm: string, values: readonly string[]): Manifest[] {
  const text = execFileSync(
    helm,
    [
      ...['template', 'pam-operator', CHART, '--namespace', 'pam-operator'],
      ...values.flatMap((value) => ['--set', value]),
    ],
    { encoding: 'utf8', maxBuffer: 32 * 1024 * 1024 },
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** What Helm runs before an uninstall. */
const isHook = ({ metadata }: Manifest) => metadata.annotations?.['helm.sh/hook'] !== undefined;

/** Nothing of it is managed by Helm, and nothing keeps a definition when somebody deletes the file. */
function withoutHelm<T extends Manifest>(manifest: T): T {
  const { labels = {}, annotations = {}, ...metadata } = manifest.metadata;
  const kept = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(map).filter(
        ([key]) => !key.startsWith('helm.sh/') && key !== 'app.kubernetes.io/managed-by',
      ),
    );
  const keptAnnotations = kept(annotations);
  const template = manifest.spec?.template;
  return {
    ...manifest,
    metadata: {
      ...metadata,
      labels: kept(labels),
      ...(Object.keys(keptAnnotations).length > 0 && { annotations: keptAnnotations }),
    },
    ...(template !== undefined && {
      spec: { ...manifest.spec, template: withoutHelm(template as unknown as Manifest) },
    }),
  };
}

function file(path: string, manifests: readonly Manifest[]): GeneratedFile {
  const text = manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n');
  return { path, content: `# Made by \`npm run manifests\` from charts/pam-operator.\n${text}` };
}
