import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type Reader, startReader } from './guide.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { startTenant, type Tenant } from './tenant.ts';

/** The pages for who has no Helm, followed command by command; each row goes on where the one before ended. */
let cluster: PackagingCluster;
let reader: Reader;
let tenant: Tenant | undefined;

beforeAll(async () => {
  cluster = await startPackagingCluster();
  reader = startReader(cluster);
});
afterAll(async () => {
  reader?.leave();
  await cluster?.stop();
  await tenant?.stop();
});

const finalizers = async () => (await tenant?.credential('db'))?.metadata.finalizers;
const operatorPods = () => cluster.kubectl('get', 'pods', '-n', OPERATOR_NAMESPACE, '-o', 'name');

it('install with kustomize: a credential comes to PAM Core', async () => {
  await reader.follows('docs/install.md', 'With kustomize');
  tenant = await startTenant(cluster, OPERATOR_NAMESPACE);
  await tenant.declare('db', { enabled: true, deletionPolicy: 'Disable' });
  await tenant.reason('db', 'Synced');
});

it('upgrade with kustomize: applied again, nothing is written to PAM Core', async () => {
  const before = tenant?.pam.journal.writes().length;
  await reader.follows('docs/upgrade.md', 'Upgrade with kustomize');
  expect(tenant?.pam.journal.writes()).toHaveLength(before ?? -1);
});

it('uninstall with kustomize: lets go of what waits for a disable, and leaves resource and record', async () => {
  expect(await finalizers()).toEqual(['pam-operator.io/finalizer']);
  const before = tenant?.pam.journal.writes().length;
  await reader.follows('docs/uninstall.md', 'Uninstall with kustomize');
  expect(await finalizers()).toBeUndefined();
  expect(tenant?.pam.journal.writes()).toHaveLength(before ?? -1);
  expect(tenant?.pam.store.credential('test_team-a_db')?.enabled).toBe(true);
  await cluster.eventually(operatorPods, (pods) => pods === '', 'no Pod of the operator');
});

it('install with plain manifests: the record is found again, no password is sent', async () => {
  const pushes = tenant?.pushes();
  await reader.follows('docs/install.md', 'With plain manifests');
  await cluster.kubectl(
    ...['patch', 'pamcredential', 'db', '-n', 'team-a', '--type=merge'],
    ...['-p', JSON.stringify({ spec: { additional: 'seen by the second installation' } })],
  );
  await tenant?.reason('db', 'Synced');
  expect(tenant?.pushes()).toBe(pushes);
});

it('remove everything: does not hang, and PAM Core is not called', async () => {
  await reader.follows('docs/uninstall.md', 'Uninstall with kustomize');
  const before = tenant?.pam.journal.entries.length;
  await reader.follows('docs/uninstall.md', 'Remove everything');
  expect(await cluster.kubectl('get', 'crd', '-o', 'name')).not.toContain('pam-operator');
  expect(tenant?.pam.journal.entries).toHaveLength(before ?? -1);
  await tenant?.stop();
  tenant = undefined;
});

it('without a PAM Core: the examples are Ready with the simulator beside the operator', async () => {
  await cluster.kubectl('delete', 'namespace', 'team-a', '--ignore-not-found');
  const printed = await reader.follows('docs/install.md', 'Without a PAM Core');
  expect(printed).toContain('pamcredential.pam-operator.io/orders-db condition met');
  expect(printed).toContain('pamsshkey.pam-operator.io/deploy condition met');
});
