import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE, secret } from '../../e2e/stage.ts';
import { type ArgoStage, samples, startArgoStage } from './argo-stage.ts';
import { documentedCommand } from './documented-application.ts';

/** One Application with the operator and its resources, from nothing to everyday life: the rows build on one another. */
const APP = 'pam';
let stage: ArgoStage;

beforeAll(async () => {
  stage = await startArgoStage();
  stage.git.commit('pam/all.yaml', ...samples(stage.pam));
});
afterAll(() => stage?.stop());

const credential = () => stage.argo.resource(APP, 'PamCredential', 'orders-db');
const health = (status: string, says: string) =>
  stage.cluster.eventually(
    credential,
    (found) => found?.health?.status === status && found.health.message?.includes(says) === true,
    `orders-db ${status} with ${says}`,
  );
const live = async (kind: string, name: string) =>
  JSON.parse(await stage.cluster.kubectl('get', kind, name, '-n', NAMESPACE, '-o', 'json'));
const patch = (kind: string, name: string, body: object) =>
  stage.cluster.kubectl('patch', kind, name, '-n', NAMESPACE, '--type=merge', '-p', JSON.stringify(body));
const inPam = () => stage.pam.store.credential('test_team-a_orders-db');

it('chart and resources become Synced and Healthy in one go, and PAM Core has the records', async () => {
  await stage.deploy(APP);
  const { status } = await stage.settled(APP);
  const ours = status.resources?.filter(({ kind }) => kind.startsWith('Pam'));
  expect(ours?.map(({ kind, health }) => `${kind} ${health?.status}`).sort()).toEqual([
    'PamConnection Healthy',
    'PamCredential Healthy',
    'PamSshKey Healthy',
  ]);
  // A ComparisonError, a warning of shared resources or of the chart would stand here.
  expect(status.conditions ?? []).toEqual([]);
  expect(inPam()).toMatchObject({ content: 'first' });
  expect(stage.pam.store.key('test_team-a_deploy_key')).toMatchObject({ enabled: true });
});

it('each wave has waited for the one before', async () => {
  const parts = [
    ['deployment', 'pam-operator', '-n', 'pam-operator'],
    ['pamconnection', 'default'],
    ['pamcredential', 'orders-db', '-n', NAMESPACE],
  ];
  const made = await Promise.all(
    parts.map((part) =>
      stage.cluster.kubectl('get', ...part, '-o', 'jsonpath={.metadata.creationTimestamp}'),
    ),
  );
  // Whole seconds, in which the order could be hidden; but Argo CD rests two seconds between waves.
  expect(made).toEqual([...new Set(made)].sort());
});

describe('health follows the status', () => {
  it('Degraded where only a change can help, with reason and message', async () => {
    await stage.cluster.apply(secret('orders-db', { password: '' }));
    await health('Degraded', 'SecretValueInvalid: ');
    await stage.cluster.eventually(
      () => stage.argo.application(APP),
      ({ status }) => status.health?.status === 'Degraded',
      'the Application Degraded',
    );
  });

  it('Healthy again by itself', async () => {
    await stage.cluster.apply(secret('orders-db', { password: 'second' }));
    await health('Healthy', 'Synced: ');
    expect(inPam()?.content).toBe('second');
    await stage.settled(APP);
  });

  it('Progressing while it waits', async () => {
    await stage.cluster.kubectl('delete', 'secret', 'orders-db', '-n', NAMESPACE);
    await health('Progressing', 'SecretNotFound: ');
    await stage.cluster.apply(secret('orders-db', { password: 'second' }));
    await stage.settled(APP);
  });
});

describe('drift', () => {
  it('of what Git says is repaired', async () => {
    await patch('pamcredential', 'orders-db', { spec: { username: 'somebody-else' } });
    await stage.cluster.eventually(
      () => live('pamcredential', 'orders-db'),
      ({ spec }) => spec.username === 'svc-orders-db',
      'the username of Git',
    );
    await stage.settled(APP);
  });

  it('is not what the operator adds: finalizer, status, and defaults', async () => {
    await patch('pamcredential', 'orders-db', { spec: { deletionPolicy: 'Disable' } });
    await stage.cluster.eventually(
      () => live('pamcredential', 'orders-db'),
      ({ metadata }) => metadata.finalizers?.includes('pam-operator.io/finalizer'),
      'the finalizer',
    );
    expect((await stage.settled(APP)).status.sync?.status).toBe('Synced');
  });
});

describe('actions', () => {
  /** The guide's commands are those of a team's own Application. */
  const cli = (command: string) =>
    stage.argo.cli(...documentedCommand(command).map((word) => (word === 'team-a' ? APP : word)));
  const run = (action: string) =>
    cli(`argocd app actions run team-a ${action} --kind PamCredential --resource-name orders-db`);
  const list = (kind: string) => stage.argo.cli('app', 'actions', 'list', APP, '--kind', kind);
  /** The last two words of a line are the action and whether it is disabled. */
  const offered = (printed: string) =>
    printed
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words.at(-1) === 'false')
      .map((words) => words.at(-2))
      .sort();

  it('are offered where Git leaves the field to them', async () => {
    const credentials = await cli('argocd app actions list team-a --kind PamCredential');
    expect(offered(credentials)).toEqual(['disable', 'enable', 'force-sync', 'suspend']);
    // The sample of the SSH key says `enabled: true`.
    expect(offered(await list('PamSshKey'))).toEqual(['force-sync', 'suspend']);
    expect(offered(await list('PamConnection'))).toEqual(['suspend']);
  });

  it('suspend and resume hold, and the Application stays Synced', async () => {
    await run('suspend');
    await health('Suspended', 'Suspended: ');
    expect((await stage.argo.application(APP)).status.sync?.status).toBe('Synced');
    await run('resume');
    await stage.settled(APP);
    expect((await live('pamcredential', 'orders-db')).spec).not.toHaveProperty('suspend');
  });

  it('disable and enable reach PAM Core, and self-heal leaves them alone', async () => {
    await run('disable');
    await stage.cluster.eventually(inPam, (record) => record?.enabled === false, 'a disabled record');
    expect((await stage.settled(APP)).status.sync?.status).toBe('Synced');
    expect((await live('pamcredential', 'orders-db')).spec.enabled).toBe(false);
    await run('enable');
    await stage.cluster.eventually(inPam, (record) => record?.enabled === true, 'an enabled record');
    await stage.settled(APP);
  });

  it('what Git states is taken back: the reason why it is not offered there', async () => {
    const target = ['--kind', 'PamSshKey', '--resource-name', 'deploy'];
    const { generation } = (await live('pamsshkey', 'deploy')).metadata;
    await stage.argo.cli('app', 'actions', 'run', APP, 'disable', ...target);
    await stage.cluster.eventually(
      () => live('pamsshkey', 'deploy'),
      // The action was one generation, self-heal another.
      ({ metadata, spec }) => metadata.generation === generation + 2 && spec.enabled === true,
      'enabled by Git again',
    );
    await stage.settled(APP);
    expect(stage.pam.store.key('test_team-a_deploy_key')?.enabled).toBe(true);
  });

  it('force-sync writes the record once more', async () => {
    const writes = stage.pam.journal.writes().length;
    await run('force-sync');
    await stage.cluster.eventually(
      () => live('pamcredential', 'orders-db'),
      ({ metadata, status }) =>
        metadata.annotations['pam-operator.io/force-sync'] !== undefined &&
        metadata.annotations['pam-operator.io/force-sync'] === status.lastHandledForceSync,
      'a force-sync that was handled',
    );
    expect(stage.pam.journal.writes().length).toBeGreaterThan(writes);
    await stage.settled(APP);
  });
});
