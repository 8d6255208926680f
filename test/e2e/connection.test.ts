import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { metricOf } from './metric-of.ts';
import { type AccountKubeconfig, accountKubeconfig } from './service-account.ts';
import { credential, NAMESPACE, OPERATOR_NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/** A connection that reads PAM Core's list every three seconds. The rows follow each other. */
let stage: Stage;
const started: OperatorProcess[] = [];
let account: AccountKubeconfig | undefined;

beforeAll(async () => {
  stage = await startStage({
    connection: { disabledRecords: 'Auto', inventoryIntervalSeconds: 3 },
    args: ['--baseline-delay-seconds', '1', '--backoff-base-seconds', '1'],
  });
});
afterAll(async () => {
  await Promise.all(started.map((operator) => operator.stop()));
  account?.remove();
  await stage?.stop();
});

const connection = () => stage.connection();
const count = (template: 'C1' | 'C4' | 'TOKEN', identifier?: string) =>
  stage.pam.journal.calls({ template, ...(identifier !== undefined && { identifier }) }).length;
const metric = (name: string) => metricOf(stage.operator(), name, 'connection="default"');
const versions = async (): Promise<string[]> =>
  (
    await stage.kubectl(
      ...['get', 'pamcredentials', '-n', NAMESPACE, '-o'],
      'jsonpath={range .items[*]}{.metadata.name}={.metadata.resourceVersion} {end}',
    )
  )
    .trim()
    .split(' ');

async function moreLists(more: number): Promise<void> {
  const before = count('C1');
  await stage.eventually(
    () => count('C1'),
    (lists) => lists >= before + more,
    `${more} more lists`,
  );
}

async function inPam(name: string, spec: object = {}): Promise<void> {
  await stage.apply(credential(name, { content: undefined, ...spec }));
  await stage.reason('pamcredential', name, 'Synced');
}

describe('a connection', () => {
  it('learns from a record that it disabled that PAM Core lists such records: a create is one POST then', async () => {
    await stage.apply(secret('before', { password: 'p4ss' }), secret('after', { password: 'p4ss' }));
    const content = (name: string) => ({ content: { secretRef: { name, key: 'password' } } });
    await inPam('before', { enabled: false, ...content('before') });
    expect(count('C4', `test_${NAMESPACE}_before`)).toBe(2);
    await stage.eventually(
      connection,
      ({ status }) => status?.inventory?.disabledRecords === 'Listed',
      'what was learned',
    );
    // The operator hears of its own write a moment later than this test.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await inPam('after', content('after'));
    expect(count('C4', `test_${NAMESPACE}_after`)).toBe(1);
  });

  it('shows how many resources use it, and which columns there are', async () => {
    await stage.eventually(connection, ({ status }) => status?.resources?.ready === 2, 'two ready resources');
    const [head, row] = (await stage.kubectl('get', 'pamconnections'))
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/));
    expect(head).toEqual(['NAME', 'READY', 'REASON', 'BREAKER', 'URL', 'RESOURCES', 'IN SYNC', 'AGE']);
    expect(row?.slice(0, 7)).toEqual(['default', 'True', 'Synced', 'Closed', stage.pam.url, '2', '2']);
  });

  it('counts entries with its prefix that no resource derives, and writes only when the number moves', async () => {
    expect(await metric('pam_operator_inventory_unclaimed_entries')).toBe(0);
    const place = { hostname: 'w2016', ip: '10.66.33.15' };
    stage.pam.store.seedCredential({ identifier: 'test_other_cluster', username: 'a', ...place });
    stage.pam.store.seedCredential({ identifier: 'prod_other_cluster', username: 'b', ...place });
    const { metadata } = await stage.eventually(
      connection,
      ({ status }) => status?.inventory?.unclaimedEntries === 1 && status.inventory.entries === 4,
      'one unclaimed entry',
    );
    expect(await metric('pam_operator_inventory_unclaimed_entries')).toBe(1);
    await moreLists(2);
    expect((await connection()).metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  it('starts a new session when it is edited, and work goes on', async () => {
    const tokens = count('TOKEN');
    await stage.kubectl(
      ...[
        'patch',
        'pamconnection/default',
        '--type=merge',
        '-p',
        '{"spec":{"timeouts":{"requestSeconds":5}}}',
      ],
    );
    await stage.eventually(
      () => count('TOKEN'),
      (now) => now === tokens + 1,
      'a new token',
    );
    await inPam('edited');
  });

  it('takes a new version of its auth Secret while it runs: the old keys are refused from then on', async () => {
    const clientSecret = 'n3w-cl1ent-secret';
    const next = stage.pam.addAuthorization({ label: 'next', oauth2: { clientId: 'next', clientSecret } });
    await stage.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pam-core', namespace: OPERATOR_NAMESPACE },
      stringData: { clientId: 'next', clientSecret },
    });
    await stage.eventually(
      () => stage.pam.journal.calls({ template: 'C1', authorization: next.label }).length,
      (lists) => lists > 0,
      'a list with the new keys',
    );
    stage.pam.authorization.enabled = false;
    await inPam('rotated-keys');
    expect((await connection()).status?.conditions?.[0]).toMatchObject({ type: 'Ready', status: 'True' });
  });

  it('gets its in-use finalizer by the first resource with one, and none for the next ones', async () => {
    await inPam('uses-1', { deletionPolicy: 'Disable' });
    const { metadata } = await stage.eventually(
      connection,
      (found) => found.metadata.finalizers?.includes('pam-operator.io/in-use') === true,
      'the finalizer',
    );
    expect(metadata.finalizers).toEqual(['pam-operator.io/in-use']);
    await stage.kubectl('delete', 'pamcredential/uses-1', '-n', NAMESPACE, '--timeout=30s');
    await stage.eventually(
      connection,
      (found) => (found.metadata.finalizers ?? []).length === 0,
      'no finalizer after a refresh',
    );
  });
});

describe('D1 thirty records that PAM Core rotates in a night', () => {
  it('cost no write to PAM Core and none to Kubernetes, and count once each', async () => {
    const names = Array.from({ length: 30 }, (_, at) => `night-${at}`);
    await stage.apply(
      ...names.flatMap((name) => [secret(name, { password: `p4ss-${name}` }), credential(name)]),
    );
    await stage.eventually(
      async () =>
        await stage.kubectl(
          ...['get', 'pamcredentials', '-n', NAMESPACE, '-o'],
          'jsonpath={range .items[*]}{.status.content.change}{"\\n"}{end}',
        ),
      (changes) => changes.split('\n').filter((change) => change !== '').length >= 32,
      'the baselines',
    );
    await moreLists(1);
    const before = { versions: await versions(), writes: stage.pam.journal.writes().length };
    expect(await metric('pam_operator_rotations_total')).toBe(0);
    // `change` has whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const ids = stage.pam.store.credentials().filter(({ username }) => username.startsWith('svc-night-'));
    for (const { id } of ids) stage.pam.store.rotate(id);
    await stage.eventually(
      () => metric('pam_operator_rotations_total'),
      (rotated) => rotated === 30,
      'thirty rotations',
    );
    await moreLists(2);
    expect(await metric('pam_operator_rotations_total')).toBe(30);
    expect(await versions()).toEqual(before.versions);
    expect(stage.pam.journal.writes()).toHaveLength(before.writes);
  });
});

describe('D5 a second installation of the operator in the same cluster', () => {
  it('makes no call and no write for a connection that the first one owns, and nobody fights over a status', async () => {
    const metadata = { name: 'second' };
    await stage.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, namespace: 'second' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'second', namespace: 'second' }],
      },
    );
    account = await accountKubeconfig(stage.controlPlane, 'second', 'second');
    const second = await startOperatorProcess({
      kubeconfigPath: account.path,
      namespace: 'second',
      args: ['--log-level', 'debug', '--leader-election-id', 'second'],
    });
    started.push(second);
    await stage.eventually(
      () => metricOf(second, 'controller_runtime_reconcile_total', 'controller="pamcredential"'),
      (passes) => passes >= 30,
      'passes of the second operator',
    );
    const before = await versions();
    await inPam('calm');
    await moreLists(2);
    expect((await versions()).filter((version) => !version.startsWith('calm='))).toEqual(before);
    expect(await metricOf(second, 'pam_operator_api_requests_total')).toBe(0);
    expect(await metricOf(second, 'rest_client_requests_total', 'method="PATCH"')).toBe(0);
    expect((await connection()).status?.installation).toBe('pam-operator/pam-operator');
  });

  it('takes over when the first one is gone and `status.installation` was removed', async () => {
    await stage.operator().stop();
    await stage.kubectl(
      ...['patch', 'pamconnection/default', '--subresource=status', '--type=json', '-p'],
      '[{"op":"remove","path":"/status/installation"}]',
    );
    const { status } = await stage.eventually(
      connection,
      (found) => found.status?.installation !== undefined,
      'the new owner',
    );
    expect(status?.installation).toBe('second/second');
  });
});
