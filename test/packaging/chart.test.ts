import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { MATRIX } from './chart-matrix.ts';
import { CHART, type ChartRenderer, chartRenderer, type Manifest, manifests } from './chart-renderer.ts';
import { findPackagingTools } from './packaging-tools.ts';

/** The chart under a matrix of values. */
let helm: ChartRenderer['helm'];
let render: ChartRenderer['render'];

beforeAll(async () => {
  ({ helm, render } = chartRenderer(await findPackagingTools((line) => console.error(line))));
});

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

  it('selects the Pods of the operator, and the Service of its metrics, wherever something is selected', () => {
    const objects = manifests(render(4, values, ...more)) as unknown as readonly Selecting[];
    const labels = (kind: string) => objects.find((object) => object.kind === kind)?.metadata.labels;
    const pod = objects.find(({ kind }) => kind === 'Deployment')?.spec?.template?.metadata.labels;
    for (const { kind, metadata, spec } of objects) {
      const selector = spec?.selector ?? spec?.podSelector;
      if (selector === undefined) continue;
      const wanted = selector.matchLabels ?? selector;
      const found = kind === 'ServiceMonitor' ? labels('Service') : pod;
      expect(found, `${kind} ${metadata.name}`).toMatchObject(wanted);
    }
  });

  it('says the namespace of every object that has one', () => {
    const clusterWide = /^(Cluster.*|CustomResourceDefinition|ValidatingAdmissionPolicy.*)$/;
    for (const { kind, metadata } of manifests(render(4, values, ...more)))
      expect(metadata.namespace === undefined, `${kind} ${metadata.name}`).toBe(clusterWide.test(kind));
  });
});

interface Selecting {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: object };
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: object };
    readonly podSelector?: { readonly matchLabels: object };
    readonly template?: { readonly metadata: { readonly labels: object } };
  };
}

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
