import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { ReleaseRule, RightsObject } from '../../scripts/generate/release-rights.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { rulesOf, withoutRule } from '../e2e/release-rights.ts';
import { accountKubeconfig } from '../e2e/service-account.ts';
import { credential, NAMESPACE, OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type ProgramEnd, startProgram } from '../support/program.ts';

/** What runs before an uninstall, with exactly the rights that the chart gives it. */
const FINALIZER = 'pam-operator.io/finalizer';
const objects = (path: string) =>
  parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as RightsObject);
const RIGHTS = objects('deploy/uninstall/release-finalizers.yaml').filter(({ kind }) => kind !== 'Job');
const ROLES = RIGHTS.filter(({ rules }) => rules !== undefined);
let controlPlane: ControlPlane;

const kubectl = (...args: string[]) => runKubectl(controlPlane, args);
const apply = (...all: readonly object[]) =>
  runKubectl(
    controlPlane,
    ['apply', '--server-side', '--force-conflicts', '-f', '-'],
    all.map((object) => stringify(object)).join('---\n'),
  );

beforeAll(async () => {
  controlPlane = await startControlPlane();
  for (const name of [OPERATOR_NAMESPACE, NAMESPACE]) await kubectl('create', 'namespace', name);
  await kubectl('apply', '--server-side', '-f', 'deploy/crds.yaml');
  await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
  await apply(
    ...RIGHTS,
    ...objects('deploy/base/pam-operator.yaml').filter(({ kind }) => kind === 'Deployment'),
  );
});
afterAll(() => controlPlane?.stop());

beforeEach(async () => {
  // Rules that a row has taken away come back.
  await apply(...ROLES);
  await apply(credential('db', { deletionPolicy: 'Disable' }));
  const metadata = { finalizers: [FINALIZER] };
  await kubectl(
    'patch',
    'pamcredential',
    'db',
    '-n',
    NAMESPACE,
    '--type=merge',
    '-p',
    JSON.stringify({ metadata }),
  );
});

/** As the Job of the chart does. */
async function release(): Promise<ProgramEnd> {
  const account = await accountKubeconfig(controlPlane, OPERATOR_NAMESPACE, 'pam-operator-uninstall');
  const args = ['release-finalizers', '--stop-deployment=pam-operator', '--kubeconfig', account.path];
  const program = startProgram(args, { POD_NAMESPACE: OPERATOR_NAMESPACE });
  const end = await program.ended;
  account.remove();
  return end;
}

it('lets go of everything', async () => {
  expect(await release()).toMatchObject({ code: 0, stdout: 'Released 1 finalizer of 1 resource\n' });
  const path = 'jsonpath={.spec.replicas}';
  expect(await kubectl('get', 'deployment', 'pam-operator', '-n', OPERATOR_NAMESPACE, '-o', path)).toBe('0');
});

describe('says what it may not do, without the right to', () => {
  const rows = rulesOf(ROLES).map(({ rule, rights }): { rule: ReleaseRule; name: string } => ({
    rule,
    name: rights.map((right) => right.replace(/ in .*/, '')).join(', '),
  }));
  it.each(rows)('$name', async ({ rule }) => {
    await apply(...withoutRule(ROLES, rule));
    const { code, stderr } = await release();
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/may not|Forbidden|403/);
  });
});
