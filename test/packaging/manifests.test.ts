import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { OPERATOR_NAMESPACE } from '../e2e/stage.ts';
import { type PackagingCluster, startPackagingCluster } from './packaging-cluster.ts';
import { startTenant, type Tenant } from './tenant.ts';

/** The static manifests, as `kubectl apply` takes them. The rows change one installation into the next. */
let cluster: PackagingCluster;
let tenant: Tenant;

beforeAll(async () => {
  cluster = await startPackagingCluster();
});
afterAll(async () => {
  await tenant?.stop();
  await cluster?.stop();
});

const rollout = () =>
  cluster.kubectl(
    ...['rollout', 'status', 'deployment/pam-operator', '-n', OPERATOR_NAMESPACE, '--timeout=60s'],
  );

describe('applied one after the other', () => {
  it('install.yaml, client-side, brings everything that a credential needs', async () => {
    await cluster.kubectl('apply', '-f', 'deploy/install.yaml');
    await rollout();
    tenant = await startTenant(cluster, OPERATOR_NAMESPACE);
    await tenant.declare('db', { enabled: true });
    await tenant.reason('db', 'Synced');
  });

  it.each([
    { overlay: 'default', pods: 1 },
    { overlay: 'ha', pods: 2 },
    { overlay: 'namespaced', pods: 1 },
  ])('the overlay $overlay runs with $pods Pods, and what was there goes on', async ({ overlay, pods }) => {
    const folder = `deploy/overlays/${overlay}`;
    // A cluster-wide right that stays would hide what the namespaced one lacks.
    if (overlay === 'namespaced') await cluster.kubectl('delete', 'clusterrole', 'pam-operator');
    await cluster.kubectl('apply', '-k', folder, '--server-side', '--force-conflicts');
    await rollout();
    const path = '{.status.readyReplicas}';
    const ready = ['get', 'deployment', 'pam-operator', '-n', OPERATOR_NAMESPACE, '-o', `jsonpath=${path}`];
    expect(await cluster.kubectl(...ready)).toBe(String(pods));
    await tenant.declare(`made-${overlay}`, { enabled: true });
    await tenant.reason(`made-${overlay}`, 'Synced');
    expect(cluster.kubelet.output()).not.toMatch(/\b403\b|[Ff]orbidden/);
    // Applied twice it changes nothing.
    expect(await cluster.kubectl('diff', '-k', folder, '--server-side', '--force-conflicts')).toBe('');
  });
});

it('a team that may not read a Secret cannot have it sent: the policies are part of every overlay', async () => {
  const policies = await cluster.kubectl('get', 'validatingadmissionpolicybindings', '-o', 'name');
  expect(policies.trim().split('\n').sort()).toEqual([
    'validatingadmissionpolicybinding.admissionregistration.k8s.io/pam-operator-pamconnection-secret',
    'validatingadmissionpolicybinding.admissionregistration.k8s.io/pam-operator-pamcredential-secrets',
    'validatingadmissionpolicybinding.admissionregistration.k8s.io/pam-operator-pamsshkey-secrets',
  ]);
});

describe('what the files hold', () => {
  const read = (path: string) =>
    parseAllDocuments(readFileSync(path, 'utf8')).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string } },
    );

  it('install.yaml is namespace, definitions and base', () => {
    expect(read('deploy/install.yaml')).toEqual([
      ...read('deploy/components/namespace/namespace.yaml'),
      ...read('deploy/crds.yaml'),
      ...read('deploy/base/pam-operator.yaml'),
    ]);
  });

  it('the namespaced overlay asks for no Secret outside of its namespaces', () => {
    const roles = read('deploy/overlays/namespaced/pam-operator.yaml').filter(
      ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'pam-operator',
    );
    expect(roles).toHaveLength(1);
    expect(JSON.stringify(roles)).not.toContain('secrets');
  });

  it('nothing says that Helm manages it', () => {
    for (const path of ['deploy/install.yaml', 'deploy/overlays/namespaced/pam-operator.yaml'])
      expect(readFileSync(path, 'utf8')).not.toMatch(/helm\.sh|managed-by: Helm/);
  });
});
