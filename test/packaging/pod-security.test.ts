import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { findPackagingTools } from './packaging-tools.ts';

/** Every Pod of the chart in a namespace where the API server enforces the `restricted` Pod security standard. */
let controlPlane: ControlPlane;
let pods: { readonly of: string; readonly metadata: object; readonly spec: object }[];

beforeAll(async () => {
  controlPlane = await startControlPlane();
  const { helm4 } = await findPackagingTools((line) => console.error(line));
  const text = execFileSync(helm4, ['template', 'r', 'charts/pam-operator', '-n', 'restricted'], {
    encoding: 'utf8',
  });
  pods = parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((manifest) => manifest?.spec?.template?.spec !== undefined)
    .map(({ kind, spec }) => ({ of: kind as string, ...spec.template }));
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'restricted', labels } });
  for (const name of ['default', 'r-pam-operator', 'r-pam-operator-uninstall'])
    await create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'restricted' } });
});
afterAll(() => controlPlane?.stop());

const create = (object: object, ...more: string[]) =>
  runKubectl(controlPlane, ['create', '-f', '-', ...more], stringify(object));

/** As the Deployment's controller would make it, but nothing is kept. */
function tryPod(of: string, change: (text: string) => string): Promise<string> {
  const pod = pods.find((each) => each.of === of);
  const metadata = { name: 'pod', namespace: 'restricted' };
  const text = stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: pod?.spec });
  const changed = change(text);
  return runKubectl(controlPlane, ['create', '--dry-run=server', '-f', '-'], changed);
}

it('the chart has the Pods that are tried here', () => {
  expect(pods.map(({ of }) => of).sort()).toEqual(['Deployment', 'Job']);
});

it.each(['Deployment', 'Job'])('the Pod of the %s is let in', async (of) => {
  expect(await tryPod(of, (text) => text)).toContain('created (server dry run)');
});

const LOOSENED: { because: string; find: RegExp; replace: string; says: RegExp }[] = [
  {
    because: 'it may run as root',
    find: /runAsNonRoot: true/,
    replace: 'runAsNonRoot: false',
    says: /runAsNonRoot/,
  },
  { because: 'it is root', find: /runAsUser: 65532/, replace: 'runAsUser: 0', says: /runAsUser=0/ },
  {
    because: 'it has no seccomp profile',
    find: /seccompProfile:\n +type: RuntimeDefault/,
    replace: 'seccompProfile: {type: Unconfined}',
    says: /seccompProfile/,
  },
  {
    because: 'it may gain privileges',
    find: /allowPrivilegeEscalation: false/,
    replace: 'allowPrivilegeEscalation: true',
    says: /allowPrivilegeEscalation/,
  },
  {
    because: 'it keeps capabilities',
    find: /drop:\n +- ALL/,
    replace: 'drop: [CHOWN]',
    says: /capabilities/,
  },
];
const rows = ['Deployment', 'Job'].flatMap((of) => LOOSENED.map((row) => ({ of, ...row })));

it.each(rows)('the Pod of the $of is refused where $because', async ({ of, find, replace, says }) => {
  let found = false;
  const change = (text: string) => {
    found = find.test(text);
    return text.replace(find, replace);
  };
  await expect(tryPod(of, change)).rejects.toThrow(says);
  expect(found).toBe(true);
});
