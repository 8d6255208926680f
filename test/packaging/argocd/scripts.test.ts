import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findArgoCd } from './argo-cd-programs.ts';

const CONFIG_MAP = 'deploy/argocd/argocd-cm.yaml';
const LAYOUT = 'deploy/argocd/resource_customizations/pam-operator.io';

interface HealthTests {
  readonly tests: readonly {
    readonly inputPath: string;
    readonly healthStatus: { readonly status: string; readonly message: string };
  }[];
}
interface ActionTests {
  readonly discoveryTests: readonly {
    readonly inputPath: string;
    readonly result: readonly { readonly name: string; readonly disabled: boolean }[];
  }[];
  readonly actionTests: readonly {
    readonly action: string;
    readonly inputPath: string;
    readonly expectedOutputPath: string;
  }[];
}
interface Scripted {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

const read = <T>(path: string) => parse(readFileSync(path, 'utf8')) as T;
let argocd: string;

beforeAll(async () => {
  ({ argocd } = await findArgoCd((line) => console.error(line)));
});

/** As an administrator of Argo CD tries a customization: in the interpreter of Argo CD, with what it allows an override. */
async function settings(...args: string[]): Promise<string> {
  // The second of the two files that it compares is the outcome of an action.
  const env = { ...process.env, KUBECONFIG: '/dev/null', KUBECTL_EXTERNAL_DIFF: `sh -c 'cat "$1"'` };
  const { stdout } = await promisify(execFile)(
    argocd,
    ['admin', 'settings', ...args, '--argocd-cm-path', CONFIG_MAP],
    { env },
  );
  return stdout;
}

it('Argo CD accepts the ConfigMap: an override for each kind, beside its own for every status', async () => {
  expect(await settings('validate')).toContain('✅ resource-overrides\n4 resource overrides');
});

describe.each(['PamConnection', 'PamCredential', 'PamSshKey'])('%s', (kind) => {
  const place = join(LAYOUT, kind);
  const { tests } = read<HealthTests>(join(place, 'health_test.yaml'));
  const { discoveryTests, actionTests } = read<ActionTests>(join(place, 'actions/action_test.yaml'));

  it.each(tests)('$inputPath is $healthStatus.status', async ({ inputPath, healthStatus }) => {
    const { status, message } = healthStatus;
    const printed = await settings('resource-overrides', 'health', join(place, inputPath));
    expect(printed).toBe(`STATUS: ${status}\nMESSAGE: ${message}\n`);
  });

  it.each(discoveryTests)('offers the actions for $inputPath', async ({ inputPath, result }) => {
    const printed = await settings('resource-overrides', 'list-actions', join(place, 'actions', inputPath));
    const found = printed
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/));
    const wanted = result.map(({ name, disabled }) => [name, String(disabled)]);
    expect(found.map(([name, disabled]) => [name, disabled]).sort()).toEqual(wanted.sort());
  });

  it.each(actionTests)('$action of $inputPath', async ({ action, inputPath, expectedOutputPath }) => {
    const input = join(place, 'actions', inputPath);
    const printed = await settings('resource-overrides', 'run-action', input, action);
    const outcome = parse(printed.replace(/^Following fields .*\n/, '')) as Scripted;
    const expected = read<Scripted>(join(place, 'actions', expectedOutputPath));
    // The value of an annotation is the time.
    for (const value of Object.values(outcome.metadata.annotations ?? {}))
      expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(withFixedTimes(outcome)).toEqual(withFixedTimes(expected));
  });

  it('every action has a test', () => {
    const offered = discoveryTests.flatMap(({ result }) => result.map(({ name }) => name));
    const tried = actionTests.map(({ action }) => action);
    expect([...new Set(tried)].sort()).toEqual([...new Set(offered)].sort());
  });
});

function withFixedTimes<T extends Scripted>(object: T): T {
  const { annotations } = object.metadata;
  if (annotations === undefined) return object;
  const fixed = Object.fromEntries(Object.keys(annotations).map((name) => [name, 'a time']));
  return { ...object, metadata: { ...object.metadata, annotations: fixed } };
}
