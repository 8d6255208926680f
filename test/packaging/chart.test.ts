import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { type RightsObject, releaseRights } from '../../scripts/generate/release-rights.ts';
import { withoutSecretsWatch } from '../e2e/release-rights.ts';
import { findPackagingTools, type PackagingTools } from './packaging-tools.ts';

const CHART = 'charts/pam-operator';
let tools: PackagingTools;
let folder: string;

beforeAll(async () => {
  tools = await findPackagingTools((line) => console.error(line));
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-chart-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: readonly { readonly env: readonly { readonly name: string }[] }[];
      };
    };
  };
}

const helm = (version: 3 | 4, ...args: string[]) =>
  execFileSync(version === 3 ? tools.helm3 : tools.helm4, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 32 * 1024 * 1024,
  });

function render(version: 3 | 4, values: readonly string[], ...more: string[]): string {
  const set = values.flatMap((value) => ['--set-json', value]);
  return helm(version, 'template', 'release', CHART, '--namespace', 'operators', ...set, ...more);
}

const manifests = (text: string) =>
  parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);

/** Each switches on what the others leave out. */
const MATRIX: { because: string; values: string[]; more?: string[] }[] = [
  { because: 'as it is', values: [] },
  { because: 'some namespaces', values: ['watchNamespaces=["team-a","team-b"]'] },
  { because: 'its own namespace among them', values: ['watchNamespaces=["operators"]'] },
  { because: 'get alone for Secrets', values: ['config={"secrets":{"watch":false}}'] },
  {
    because: 'two replicas that are kept apart',
    values: [
      'replicaCount=2',
      'podDisruptionBudget={"enabled":true}',
      'topologySpreadConstraints=[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"ScheduleAnyway"}]',
    ],
  },
  {
    because: 'everything that watches',
    values: [
      'metrics={"serviceMonitor":{"enabled":true,"labels":{"release":"x"}},"prometheusRule":{"enabled":true},"grafanaDashboard":{"enabled":true,"annotations":{"folder":"x"}}}',
    ],
  },
  {
    because: 'scraped by Pod',
    values: ['metrics={"podMonitor":{"enabled":true},"service":{"enabled":false}}'],
  },
  {
    because: 'every restriction',
    values: [
      'admissionPolicies={"restrictIdentifiers":true,"restrictAdoption":true,"restrictOverride":true,"restrictDisableOnDeletion":true}',
      'networkPolicy={"enabled":true}',
    ],
  },
  {
    because: 'nothing that can be left out',
    values: [
      'crds={"enabled":false}',
      'rbac={"create":false,"userRoles":{"create":false}}',
      'serviceAccount={"create":false,"name":"mine"}',
      'admissionPolicies={"enabled":false}',
      'releaseFinalizersOnUninstall={"enabled":false}',
      'metrics={"service":{"enabled":false}}',
    ],
  },
  {
    because: 'every part of the Pod',
    values: [
      'commonLabels={"team":"platform"}',
      'imagePullSecrets=[{"name":"registry"}]',
      'image={"registry":"registry.example.com/","tag":"v1","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}',
      'extraEnv=[{"name":"POD_NAME","value":"mine"},{"name":"NODE_OPTIONS","value":"--trace-warnings"}]',
      'extraEnvFrom=[{"secretRef":{"name":"more"}}]',
      'extraArgs=["--log-level=debug"]',
      'extraVolumes=[{"name":"tmp","emptyDir":{"medium":"Memory"}}]',
      'extraVolumeMounts=[{"name":"tmp","mountPath":"/tmp"}]',
      'extraInitContainers=[{"name":"first","image":"first"}]',
      'extraContainers=[{"name":"second","image":"second"}]',
      'podLabels={"a":"b"}',
      'podAnnotations={"a":"b"}',
      'deploymentLabels={"a":"b"}',
      'deploymentAnnotations={"a":"b"}',
      'strategy={"type":"Recreate"}',
      'priorityClassName="system-cluster-critical"',
      'runtimeClassName="gvisor"',
      'dnsPolicy="Default"',
      'dnsConfig={"nameservers":["192.0.2.1"]}',
      'hostAliases=[{"ip":"192.0.2.2","hostnames":["pam"]}]',
      'nodeSelector={"kubernetes.io/os":"linux"}',
      'tolerations=[{"key":"a","operator":"Exists"}]',
      'affinity={"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[]}}',
      'extraObjects=[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"more","namespace":"operators"},"data":{"of":"{{ .Release.Name }}"}}]',
    ],
  },
  { because: 'OpenShift gives the user', values: [], more: ['--api-versions', 'security.openshift.io/v1'] },
];

describe.each(MATRIX)('rendered with $because', ({ because, values, more = [] }) => {
  it('is the same from Helm 3 and Helm 4', () => {
    expect(manifests(render(3, values, ...more))).toEqual(manifests(render(4, values, ...more)));
  });

  it('is what was reviewed, as far as it differs from the default', async () => {
    const byDefault = because === 'as it is' ? [] : manifests(render(4, [])).map(reviewed);
    const known = new Set(byDefault.map((manifest) => stringify(manifest)));
    const differs = manifests(render(4, values, ...more))
      .map((manifest) => stringify(reviewed(manifest)))
      .filter((text) => !known.has(text));
    const names = manifests(render(4, values, ...more)).map(nameOf);
    const gone = byDefault.map(nameOf).filter((name) => !names.includes(name));
    const text = [...gone.map((name) => `# without ${name}\n`), ...differs].join('---\n');
    await expect(text).toMatchFileSnapshot(`rendered/${because.toLowerCase().replaceAll(' ', '-')}.yaml`);
  });

  it('passes the strict linter of both', () => {
    const set = values.flatMap((value) => ['--set-json', value]);
    for (const version of [3, 4] as const)
      expect(helm(version, 'lint', '--strict', CHART, ...set)).toContain('0 chart(s) failed');
  });

  it('has no null, no empty map and no empty list, which Argo CD would show as a difference for ever', () => {
    const empty: string[] = [];
    for (const manifest of manifests(render(4, values, ...more))) {
      // Definitions have `status: {}` under subresources: the API server keeps it.
      if (manifest.kind !== 'CustomResourceDefinition')
        collectEmpty(manifest, `${manifest.kind} ${manifest.metadata.name}`, empty);
    }
    expect(empty).toEqual([]);
  });

  it('names each object and each environment variable once', () => {
    const objects = manifests(render(4, values, ...more));
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    for (const { spec } of objects) {
      const env = spec?.template?.spec.containers[0]?.env.map(({ name }) => name) ?? [];
      expect(env).toEqual([...new Set(env)]);
    }
  });

  it('says the namespace of every object that has one', () => {
    const clusterWide = /^(Cluster.*|CustomResourceDefinition|ValidatingAdmissionPolicy.*)$/;
    for (const { kind, metadata } of manifests(render(4, values, ...more)))
      expect(metadata.namespace === undefined, `${kind} ${metadata.name}`).toBe(clusterWide.test(kind));
  });
});

type Named = Pick<Manifest, 'kind' | 'metadata'>;

const nameOf = ({ kind, metadata }: Named) => `${kind} ${metadata.name}`;

/** Without what is made from other files and compared there. */
function reviewed(manifest: Manifest): Named {
  const { kind, metadata } = manifest;
  if (/^(CustomResourceDefinition|ValidatingAdmissionPolicy|PrometheusRule)$/.test(kind))
    return { kind, metadata };
  if (kind === 'ConfigMap' && metadata.name.endsWith('dashboard')) return { kind, metadata };
  return manifest;
}

function collectEmpty(value: unknown, path: string, found: string[]): void {
  if (value === null) found.push(`${path}: null`);
  if (typeof value !== 'object' || value === null) return;
  const entries = Object.entries(value);
  // A rule that allows every source, and what users wrote themselves.
  if (entries.length === 0 && !/preferredDuring/.test(path)) found.push(`${path}: empty`);
  for (const [key, part] of entries) collectEmpty(part, `${path}.${key}`, found);
}

describe('values that are refused', () => {
  const rows: { because: string; value: string; says: RegExp }[] = [
    { because: 'a misspelled value', value: 'replicaCont=2', says: /replicaCont.*not allowed/ },
    { because: 'a misspelled part of one', value: 'image={"tagg":"x"}', says: /tagg.*not allowed/ },
    {
      because: 'a misspelled setting',
      value: 'config={"logg":{"level":"debug"}}',
      says: /logg.*not allowed/,
    },
    {
      because: 'a setting that the program refuses',
      value: 'config={"log":{"level":"loud"}}',
      says: /config\/log\/level/,
    },
    { because: 'a number out of range', value: 'config={"drainSeconds":601}', says: /drainSeconds/ },
    {
      because: 'a setting that the chart makes itself',
      value: 'config={"watchNamespaces":["a"]}',
      says: /watchNamespaces.*not allowed/,
    },
    { because: 'no namespace', value: 'watchNamespaces=["Team_A"]', says: /watchNamespaces/ },
    { because: 'a digest that is cut', value: 'image={"digest":"sha256:12"}', says: /digest/ },
    { because: 'text for a number', value: 'replicaCount="two"', says: /replicaCount/ },
    {
      because: 'scraped twice',
      value: 'metrics={"serviceMonitor":{"enabled":true},"podMonitor":{"enabled":true}}',
      says: /exclude each other/,
    },
    {
      because: 'a ServiceMonitor without a Service',
      value: 'metrics={"serviceMonitor":{"enabled":true},"service":{"enabled":false}}',
      says: /needs metrics\.service\.enabled/,
    },
    {
      because: 'an account without a name',
      value: 'serviceAccount={"create":false}',
      says: /serviceAccount\.name must name/,
    },
  ];
  it.each(rows)('$because', ({ value, says }) => {
    for (const version of [3, 4] as const) expect(() => render(version, [value])).toThrow(says);
  });
});

describe('the rights', () => {
  const rights = (values: string[]) =>
    manifests(render(4, ['fullnameOverride="pam-operator"', ...values], '--namespace', 'pam-operator'))
      .filter(
        ({ kind, metadata }) => /Role$/.test(kind) && !/-(viewer|editor|uninstall.*)$/.test(metadata.name),
      )
      .map((role) => ({ where: role.metadata.namespace, rules: (role as RightsObject).rules }));
  const tested = (objects: readonly RightsObject[]) =>
    objects
      .filter(({ rules }) => rules !== undefined)
      .map(({ metadata, rules }) => ({ where: metadata.namespace, rules }));
  const SOME = 'watchNamespaces=["team-a"]';
  const POLL = 'config={"secrets":{"watch":false}}';

  // What these rights are worth, rule by rule, is proven in test/e2e/modes.test.ts.
  it.each([
    { because: 'all namespaces', values: [], want: releaseRights('all namespaces') },
    { because: 'some namespaces', values: [SOME], want: releaseRights('some namespaces') },
    {
      because: 'all namespaces, Secrets on an interval',
      values: [POLL],
      want: withoutSecretsWatch(releaseRights('all namespaces')),
    },
    {
      because: 'some namespaces, Secrets on an interval',
      values: [SOME, POLL],
      want: withoutSecretsWatch(releaseRights('some namespaces')),
    },
  ])('are those that the operator is tested with: $because', ({ values, want }) => {
    const found = rights(values);
    expect(found).toHaveLength(tested(want).length);
    expect(found).toEqual(expect.arrayContaining(tested(want)));
  });

  it.each([
    { because: 'unless told, none joins the default roles', values: [], want: {} },
    {
      because: 'told so, who may view may view',
      values: ['rbac={"userRoles":{"aggregateToView":true}}'],
      want: { 'pam-operator-viewer': ['admin', 'edit', 'view'] },
    },
    {
      because: 'told so, who may edit may edit',
      values: ['rbac={"userRoles":{"aggregateToEdit":true}}'],
      want: { 'pam-operator-editor': ['admin', 'edit'] },
    },
  ])('of people: $because', ({ values, want }) => {
    const found = manifests(render(4, ['fullnameOverride="pam-operator"', ...values])).flatMap(
      ({ metadata }) => {
        const joins = Object.keys(metadata.labels ?? {})
          .filter((label) => label.includes('/aggregate-to-'))
          .map((label) => `${label.split('-').at(-1)}`);
        return joins.length === 0 ? [] : [[metadata.name, joins.toSorted()]];
      },
    );
    expect(Object.fromEntries(found)).toEqual(want);
  });
});

describe('what the values do', () => {
  const env = (text: string) =>
    manifests(text).find(({ kind }) => kind === 'Deployment')?.spec?.template?.spec.containers[0]?.env;

  it('a variable of the user takes the place of ours', () => {
    const found = env(render(4, ['extraEnv=[{"name":"POD_NAME","value":"mine"}]']));
    expect(found).toContainEqual({ name: 'POD_NAME', value: 'mine' });
  });

  it('a changed setting starts new Pods', () => {
    const checksum = (value: string) => /config-checksum: (\S+)/.exec(render(4, [value]))?.[1];
    expect(checksum('config={"log":{"level":"info"}}')).not.toBe(
      checksum('config={"log":{"level":"debug"}}'),
    );
  });

  it('an address goes in front of the runbooks', () => {
    const rules = (value: object) =>
      render(4, [`metrics=${JSON.stringify({ prometheusRule: { enabled: true, ...value } })}`]);
    expect(rules({})).toContain('runbook_url: docs/runbooks/README.md');
    const base = 'https://docs.example.com/pam';
    for (const runbookBaseUrl of [base, `${base}/`])
      expect(rules({ runbookBaseUrl })).toContain(`runbook_url: ${base}/docs/runbooks/README.md`);
  });

  it('OpenShift gives the user itself', () => {
    expect(render(4, [])).toContain('runAsUser: 65532');
    expect(render(4, [], '--api-versions', 'security.openshift.io/v1')).not.toContain('runAsUser');
  });

  it.each([
    { because: 'a tag', value: 'image={"tag":"v2"}', want: 'image: pam-operator:v2' },
    {
      because: 'a mirror',
      value: 'image={"registry":"registry.example.com/mirror/"}',
      want: 'image: registry.example.com/mirror/pam-operator:0.1.0',
    },
    {
      because: 'a digest',
      value: `image={"digest":"sha256:${'a'.repeat(64)}"}`,
      want: `image: pam-operator:0.1.0@sha256:${'a'.repeat(64)}`,
    },
  ])('the image is named with $because', ({ value, want }) => {
    expect(render(4, [value])).toContain(want);
  });

  it.each(['a'.repeat(53), 'pam-operator', 'x'])('names fit for a release called %s', (name) => {
    const text = helm(4, 'template', name, CHART, '--namespace', 'operators');
    for (const { metadata } of manifests(text)) expect(metadata.name.length).toBeLessThanOrEqual(253);
    const named = manifests(text).filter(({ kind }) => kind === 'Service' || kind === 'Job');
    for (const { metadata } of named) expect(metadata.name.length).toBeLessThanOrEqual(63);
  });
});

describe('the package', () => {
  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    const chart = readFileSync(join(CHART, 'Chart.yaml'), 'utf8');
    expect(chart).toContain(`\nversion: ${version}\n`);
    expect(chart).toContain(`\nappVersion: ${version}\n`);
  });

  it('is the same, byte by byte, whenever and wherever it is made', () => {
    const digests = ['one', 'two'].map((name) => {
      const copy = join(folder, name, 'pam-operator');
      cpSync(CHART, copy, { recursive: true });
      for (const entry of readdirSync(copy, { recursive: true }) as string[])
        utimesSync(join(copy, entry), 0, 0);
      utimesSync(copy, 0, 0);
      helm(4, 'package', copy, '--destination', join(folder, name));
      const archive = readFileSync(join(folder, name, 'pam-operator-0.1.0.tgz'));
      return createHash('sha256').update(archive).digest('hex');
    });
    expect(digests[0]).toBe(digests[1]);
  });
});
