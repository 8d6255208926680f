import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { SET_BY_CHART } from '../../scripts/generate/chart-schema.ts';
import { readChartValues } from '../../scripts/generate/chart-values.ts';
import { readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import { OPTIONS } from '../../src/config/options.ts';

/** Chart, manifests, image and program speak of the same things. What is generated `npm run check` compares. */
const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const options = Object.values(OPTIONS);
const kinds = readCustomKinds(root);

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: { readonly runAsUser: number };
        readonly terminationGracePeriodSeconds: number;
        readonly containers: readonly [
          {
            readonly env: readonly { readonly name: string }[];
            readonly args: readonly string[];
            readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          },
        ];
      };
    };
  };
}

function deploymentOf(path: string): Workload {
  const objects = parseAllDocuments(read(path)).map((document) => document.toJS() as Workload);
  const found = objects.find(({ kind }) => kind === 'Deployment');
  if (found === undefined) throw new Error(`${path} has no Deployment`);
  return found;
}

const { spec: pod } = deploymentOf('deploy/base/pam-operator.yaml').spec.template;
const [container] = pod.containers;
const templates = globSync('charts/pam-operator/templates/**/*', { cwd: root })
  .filter((path) => /\.(yaml|tpl|txt)$/.test(path))
  .map(read)
  .join('\n');

describe('settings', () => {
  const schema = JSON.parse(read('charts/pam-operator/values.schema.json')) as Schema;
  interface Schema {
    readonly properties?: Readonly<Record<string, Schema>>;
  }
  const inConfig = (key: string) =>
    key
      .split('.')
      .reduce<Schema | undefined>((at, part) => at?.properties?.[part], schema.properties?.config);

  it.each(options)('$key is a value of the chart, or the chart sets it itself', ({ key }) => {
    expect(inConfig(key) !== undefined).toBe(!SET_BY_CHART.has(key));
  });

  it('the chart sets nothing itself that is no setting', () => {
    const keys: readonly string[] = options.map(({ key }) => key);
    expect([...SET_BY_CHART].filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('the environment of the Pod has only variables that the program reads', () => {
    const known: readonly string[] = options.map(({ env }) => env);
    for (const path of ['deploy/base/pam-operator.yaml', 'deploy/overlays/namespaced/pam-operator.yaml']) {
      const { env } = deploymentOf(path).spec.template.spec.containers[0];
      expect(env.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
    }
  });

  it('the arguments of the Pods are flags of the program', () => {
    const known: readonly string[] = ['config', 'stop-deployment', ...options.map(({ flag }) => flag)];
    const flags = [...templates.matchAll(/^ +- --([a-z-]+)/gm)].map(([, flag]) => `${flag}`);
    expect(flags).toContain('config');
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  });

  it.each([
    { name: 'metrics', flag: OPTIONS.metricsBindAddress },
    { name: 'health', flag: OPTIONS.healthProbeBindAddress },
  ])('the port $name is the one that the program serves by default', ({ name, flag }) => {
    const port = container.ports.find((each) => each.name === name)?.containerPort;
    expect(`:${port}`).toBe(flag.defaultText);
    expect(read('Dockerfile')).toMatch(new RegExp(`^EXPOSE .*\\b${port}\\b`, 'm'));
  });

  it('the Pod is killed only after the program had time to drain', () => {
    const drain = Number(OPTIONS.drainSeconds.defaultText);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + 5);
  });
});

describe('values', () => {
  const declared = readChartValues(root).map(({ path }) => path);
  // `$image.tag` and `$roles.create` stand for what they were set to; `default dict .Values.config` for its parts.
  const aliases = [...templates.matchAll(/\$(\w+) := \.Values\.([\w.]+)/g)];
  const resolved = aliases.reduce(
    (text, [, alias, path]) => text.replaceAll(new RegExp(`\\$${alias}\\.`, 'g'), `.Values.${path}.`),
    templates,
  );
  const used = new Set([...resolved.matchAll(/\.Values\.([\w.]*\w)/g)].map(([, path]) => `${path}`));

  it.each(declared)('%s is used by a template', (path) => {
    const parts = path.split('.').map((_, at, all) => all.slice(0, at + 1).join('.'));
    const isUsed =
      [...used].some((each) => each.startsWith(`${path}.`)) || parts.some((part) => used.has(part));
    expect(isUsed).toBe(true);
  });

  it('no template reads a value that values.yaml does not declare', () => {
    const known = (path: string) =>
      declared.some((each) => each === path || each.startsWith(`${path}.`) || path.startsWith(`${each}.`));
    expect([...used].filter((path) => !known(path))).toEqual([]);
  });
});

describe('kinds', () => {
  it('the roles for people are about all of them', () => {
    const text = read('charts/pam-operator/templates/rbac/user-roles.yaml');
    for (const { crd } of kinds) expect(text).toContain(crd.spec.names.plural);
  });

  it('Artifact Hub lists each of them, with an example', () => {
    const { annotations } = parse(read('charts/pam-operator/Chart.yaml')) as {
      annotations: Record<string, string>;
    };
    const listed = (name: string) =>
      (parse(annotations[`artifacthub.io/${name}`] ?? '') as { kind: string }[]).map(({ kind }) => kind);
    const names = kinds.map(({ kind }) => kind);
    expect(listed('crds').toSorted()).toEqual(names.toSorted());
    expect(listed('crdsExamples').toSorted()).toEqual(names.toSorted());
  });

  it('no definition is too large for a client-side apply, which keeps it in an annotation', () => {
    for (const { source } of kinds) expect(JSON.stringify(parse(source)).length).toBeLessThan(262_144);
  });
});

it('every admission policy is part of the chart', () => {
  const { resources } = parse(read('deploy/admission/kustomization.yaml')) as { resources: string[] };
  const inChart = globSync('charts/pam-operator/templates/admission/*.yaml', { cwd: root }).map((path) =>
    path.split('/').at(-1),
  );
  expect(inChart.toSorted()).toEqual(resources.toSorted());
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  it('has the version of the program', () => {
    expect(dockerfile).toContain(`ARG VERSION=${packageJson.version}\n`);
  });

  it('runs as the user that the chart asks for', () => {
    expect(dockerfile).toContain(`\nUSER ${pod.securityContext.runAsUser}:`);
  });
});
