import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE, OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { startTenant, type Tenant } from './tenant.ts';

const CHART = 'charts/pam-operator';

/** One life of a release, from the first install to a second one: the rows build on one another. */
describe.each([4, 3] as const)('a release of Helm %i', (version) => {
  let cluster: PackagingCluster;
  let tenant: Tenant;
  const release = ['pam-operator', CHART, '--namespace', OPERATOR_NAMESPACE];

  beforeAll(async () => {
    cluster = await startPackagingCluster();
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: OPERATOR_NAMESPACE, labels },
    });
  });
  afterAll(async () => {
    await tenant?.stop();
    await cluster?.stop();
  });

  const pods = async () =>
    (await cluster.kubectl('get', 'pods', '-n', OPERATOR_NAMESPACE, '-o', 'name'))
      .split('\n')
      .filter(Boolean);

  it('installs into a namespace with restricted Pod security, and waits until the operator is ready', async () => {
    const printed = await cluster.helm(version, 'install', ...release, '--wait');
    expect(printed).toContain('STATUS: deployed');
    expect(printed).toContain('kubectl get pamconnections');
    expect(await pods()).toHaveLength(1);
    expect(cluster.kubelet.output()).toContain('Became the leader');
  });

  it('brings a credential to PAM Core with the rights of its ServiceAccount', async () => {
    tenant = await startTenant(cluster, OPERATOR_NAMESPACE);
    await tenant.declare('db', { enabled: true, deletionPolicy: 'Disable' });
    await tenant.reason('db', 'Synced');
    expect(tenant.pam.store.credential('test_team-a_db')).toMatchObject({
      content: 'pass-db',
      enabled: true,
    });
    expect(cluster.kubelet.output()).not.toMatch(/\b403\b|[Ff]orbidden/);
  });

  it('an upgrade with another setting starts a new Pod, which writes nothing', async () => {
    const [before] = await pods();
    const writes = tenant.pam.journal.writes().length;
    await cluster.helm(version, 'upgrade', ...release, '--wait', '--set', 'config.log.level=debug');
    await cluster.eventually(pods, (now) => now.length === 1 && now[0] !== before, 'one Pod, another one');
    expect(cluster.kubelet.output()).toContain('"log.level":"debug"');
    await tenant.declare('second');
    await tenant.reason('second', 'Synced');
    expect(tenant.pam.journal.writes().length - writes).toBe(1);
  });

  it('a roll-back goes back to the first settings', async () => {
    await cluster.helm(version, 'rollback', 'pam-operator', '1', '-n', OPERATOR_NAMESPACE, '--wait');
    const config = await cluster.kubectl(
      'get',
      'configmap',
      'pam-operator',
      '-n',
      OPERATOR_NAMESPACE,
      '-o',
      'yaml',
    );
    expect(config).not.toContain('debug');
    await cluster.eventually(pods, (now) => now.length === 1, 'one Pod');
  });

  it('an uninstall lets go of what waits for it, and leaves definitions, resources and records', async () => {
    await tenant.reason('db', 'Synced');
    expect((await tenant.credential('db')).metadata.finalizers).toEqual(['pam-operator.io/finalizer']);
    const writes = tenant.pam.journal.writes().length;
    await cluster.helm(
      version,
      'uninstall',
      'pam-operator',
      '-n',
      OPERATOR_NAMESPACE,
      '--wait',
      '--timeout',
      '2m',
    );
    expect((await tenant.credential('db')).metadata.finalizers).toBeUndefined();
    expect(tenant.pam.journal.writes()).toHaveLength(writes);
    expect(tenant.pam.store.credential('test_team-a_db')?.enabled).toBe(true);
    const left = await cluster.kubectl(
      ...[
        'get',
        'all,roles,rolebindings,serviceaccounts,clusterroles,clusterrolebindings',
        '-A',
        '-o',
        'name',
      ],
      ...['-l', 'app.kubernetes.io/name in (pam-operator,pam-operator-uninstall)'],
    );
    expect(left).toBe('');
  });

  it('a second install finds its records again: nothing is created, no password is sent', async () => {
    const writes = tenant.pam.journal.writes().length;
    const pushes = tenant.pushes();
    await cluster.helm(version, 'install', ...release, '--wait');
    // An edit shows that the new operator has looked at the resource and knows its record.
    await cluster.kubectl(
      ...['patch', 'pamcredential', 'db', '-n', NAMESPACE, '--type=merge'],
      ...['-p', JSON.stringify({ spec: { additional: 'seen by the second installation' } })],
    );
    await tenant.reason('db', 'Synced');
    expect(tenant.pushes()).toBe(pushes);
    expect(tenant.pam.journal.writes().length - writes).toBe(1);
    expect((await tenant.credential('db')).metadata.finalizers).toEqual(['pam-operator.io/finalizer']);
  });

  it('the namespace of a team goes at once, and its record is disabled', async () => {
    await cluster.kubectl('delete', 'namespace', NAMESPACE, '--timeout=60s');
    expect(tenant.pam.store.credential('test_team-a_db')?.enabled).toBe(false);
    expect(tenant.pam.store.credential('test_team-a_second')?.enabled).toBe(true);
  });
});
