import type { GeneratedFile } from './generated-file.ts';
import { type ReleaseRule, type RightsObject, releaseRights, type WatchMode } from './release-rights.ts';

/** Why the operator needs it, by resource, for who has to grant it. */
const WHY: Readonly<Record<string, string>> = {
  pamconnections: 'What is declared. `patch` is for finalizers only: the operator never writes `spec`',
  pamcredentials: 'What is declared. `patch` is for finalizers only: the operator never writes `spec`',
  'pamconnections/status': 'Conditions, and what is known of PAM Core',
  'pamcredentials/status': 'Conditions, and what is known of the record',
  secrets:
    'Values are read one by one, by name. `list` and `watch` ask for metadata only, which a rule cannot say; with `config.secrets.watch: false` neither is needed',
  'secrets, to create': 'The install key, made once',
  configmaps: 'CA bundles of connections',
  namespaces: 'Labels, for grants that select namespaces by label',
  events: 'Events about resources. Kubernetes keeps those of cluster-wide objects in `default`',
  leases: 'Which replica works. `create` is for the first start',
};

const WATCHED: Readonly<Record<string, string>> = {
  'team-a': 'each watched namespace',
  'pam-operator': "the operator's namespace",
};

/** What the operator's ServiceAccount may do, for who reviews it: from the manifests that the chart makes. */
export function rightsReference(): GeneratedFile[] {
  const content = [
    '# Rights',
    '',
    "Every right of the operator's ServiceAccount, in the two modes of the chart. Each of them is used (`list` only where the",
    'API server does not stream lists: before Kubernetes 1.34, or with `--streaming-lists=false`), and a test takes',
    'each rule away and sees something refused. Made from the chart by `npm run manifests` and `npm run generate`.',
    '',
    '## All namespaces',
    '',
    'Where `watchNamespaces` is empty.',
    '',
    ...table('all namespaces'),
    '',
    '## Some namespaces',
    '',
    'With `watchNamespaces`. Only PamConnections and the labels of namespaces are read cluster-wide.',
    '',
    ...table('some namespaces'),
    '',
    '## For people',
    '',
    'The chart also makes ClusterRoles to bind: `pam-operator-viewer` and `pam-operator-editor` for PamCredentials and',
    'PamSshKeys, `pam-operator-connection-viewer` and `pam-operator-connection-editor` for PamConnections. None is added',
    'to `view`, `edit` or `admin` unless `rbac.userRoles` says so: who may write a PamCredential can have a Secret of',
    'that namespace sent to PAM Core. Nobody but the operator should be allowed to write the status of these kinds.',
    '',
  ].join('\n');
  return [{ path: 'docs/reference/rights.md', content }];
}

function table(mode: WatchMode): string[] {
  const rows = releaseRights(mode).flatMap((object) => (object.rules ?? []).map((rule) => row(object, rule)));
  return ['| Where | Resources | Verbs | Why |', '|---|---|---|---|', ...rows];
}

function row(
  { metadata: { namespace } }: RightsObject,
  { apiGroups, resources, verbs }: ReleaseRule,
): string {
  const where = namespace === undefined ? 'all namespaces' : (WATCHED[namespace] ?? `\`${namespace}\``);
  const [first = ''] = resources;
  const why = WHY[first === 'secrets' && verbs.includes('create') ? 'secrets, to create' : first];
  if (why === undefined) throw new Error(`no reason is given for the right to ${resources.join(', ')}`);
  const group = apiGroups[0] === '' ? '' : `.${apiGroups[0]}`;
  const named = resources.map((resource) => {
    const [plural, subresource] = resource.split('/');
    return `\`${plural}${group}${subresource === undefined ? '' : `/${subresource}`}\``;
  });
  return `| ${where} | ${named.join(', ')} | ${verbs.map((verb) => `\`${verb}\``).join(', ')} | ${why} |`;
}
