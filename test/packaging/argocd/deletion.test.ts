import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE, OPERATOR_NAMESPACE } from '../../e2e/stage.ts';
import { type ArgoStage, samples, startArgoStage } from './argo-stage.ts';
import { type Application, documentedCommand } from './documented-application.ts';
import { ARGO_NAMESPACE } from './install-argo-cd.ts';

/** What is left in the cluster and in PAM Core when Applications are deleted. */
let stage: ArgoStage;
const CREDENTIAL = { enabled: true, deletionPolicy: 'Disable' };

beforeAll(async () => {
  stage = await startArgoStage();
  stage.git.commit('pam/all.yaml', ...samples(stage.pam, { credential: CREDENTIAL }));
});
afterAll(() => stage?.stop());

const enabled = () => ({
  Disable: stage.pam.store.credential('test_team-a_orders-db')?.enabled,
  Retain: stage.pam.store.key('test_team-a_deploy_key')?.enabled,
});
const names = async (...args: string[]) =>
  (await stage.cluster.kubectl('get', ...args, '-o', 'name')).split('\n').filter(Boolean);

/** In every row: nothing hangs, the definitions stay, and a later install finds its records. */
afterEach(async () => {
  expect(await names('pamconnections')).toEqual([]);
  expect(await names('pamcredentials,pamsshkeys', '-n', NAMESPACE)).toEqual([]);
  expect(
    await names(
      'all,serviceaccounts,roles',
      '-n',
      OPERATOR_NAMESPACE,
      '-l',
      'app.kubernetes.io/part-of=pam-operator',
    ),
  ).toEqual([]);
  expect(await names('crds', '-l', 'app.kubernetes.io/part-of=pam-operator')).toHaveLength(3);
});

/** As somebody has it who does not read the guide's remark. */
const withHook = (documented: Application) => {
  const sources = documented.spec.sources?.map(({ helm, ...source }) => ({
    ...source,
    ...(helm !== undefined && { helm: { releaseName: 'pam-operator' } }),
  }));
  return { ...documented, spec: { ...documented.spec, sources } };
};

describe('one Application with the operator and its resources', { timeout: 300_000 }, () => {
  it('the waves take the resources away before the operator: Disable disables', async () => {
    await stage.deploy('pam');
    await stage.settled('pam');
    expect(enabled()).toEqual({ Disable: true, Retain: true });
    await stage.remove('pam');
    expect(enabled()).toEqual({ Disable: false, Retain: true });
  });

  it('with the hook before an uninstall everything is let go first: Disable disables nothing', async () => {
    await stage.deploy('pam', withHook);
    await stage.settled('pam');
    const writes = stage.pam.journal.writes().length;
    await stage.remove('pam');
    expect(stage.pam.journal.writes()).toHaveLength(writes);
    expect(enabled()).toEqual({ Disable: true, Retain: true });
  });
});

describe('two Applications', { timeout: 300_000 }, () => {
  const install = async () => {
    // The second one waits for the definitions that the first one brings.
    await stage.deploy('team-a');
    await stage.deploy('pam-operator');
    await stage.settled('pam-operator');
    await stage.settled('team-a');
    expect(enabled()).toEqual({ Disable: true, Retain: true });
  };

  it('the resources, then the operator: Disable disables', async () => {
    await install();
    await stage.remove('team-a');
    expect(enabled()).toEqual({ Disable: false, Retain: true });
    await stage.remove('pam-operator');
  });

  it('the operator, then the resources: nothing hangs, and Disable disables nothing', async () => {
    await install();
    await stage.remove('pam-operator');
    await stage.remove('team-a');
    expect(enabled()).toEqual({ Disable: true, Retain: true });
  });

  it('more than the brake allows: the Application waits until the action lets go', async () => {
    const connection = { deletionBrake: { maxDisables: 0 } };
    stage.git.commit('pam/all.yaml', ...samples(stage.pam, { connection, credential: CREDENTIAL }));
    await install();
    await stage.cluster.kubectl('delete', 'application', 'team-a', '-n', ARGO_NAMESPACE, '--wait=false');
    const held = async () =>
      JSON.parse(await stage.cluster.kubectl('get', 'pamconnection', 'default', '-o', 'json')).status
        .deletions?.held;
    await stage.cluster.eventually(held, (count) => count === 1, 'a deletion that is held');
    expect(enabled()).toEqual({ Disable: true, Retain: true });
    const release = 'argocd app actions run team-a release-deletions --kind PamConnection';
    await stage.argo.cli(...documentedCommand(release));
    await stage.remove('team-a');
    expect(enabled()).toEqual({ Disable: false, Retain: true });
    await stage.remove('pam-operator');
  });
});
