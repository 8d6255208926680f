import { afterAll, beforeAll, describe, it } from 'vitest';
import { runKubectl } from '../control-plane/kubectl.ts';
import type { Requester } from './api-server.ts';
import { declared } from './declared-resource.ts';
import { type PolicyCluster, startPolicyCluster, untilRefused } from './policy-cluster.ts';
import { expectAccepted, expectRefused } from './refusal.ts';
import { dev, NAMESPACE, OPERATOR_NAMESPACE } from './rights.ts';

const OPERATOR = 'pam-operator';
const account = (namespace: string, name: string): Requester => {
  const user = `system:serviceaccount:${namespace}:${name}`;
  return { user, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] };
};
const everything = {
  identifier: 'a',
  adoptionPolicy: 'Adopt',
  deletionPolicy: 'Disable',
  content: { secretRef: { name: 'one', key: 'value' }, push: 'Override' },
};
const resources = [
  declared('PamCredential', everything),
  declared('PamSshKey', {
    identifier: 'a',
    adoptionPolicy: 'Adopt',
    deletionPolicy: 'Disable',
    push: 'Override',
  }),
  declared('PamConnection', {}),
];
let cluster: PolicyCluster;
let token = '';

beforeAll(async () => {
  cluster = await startPolicyCluster(resources);
  await cluster.applyFolder('deploy/admission/optional');
  const probes = [
    { identifier: 'a' },
    { adoptionPolicy: 'Adopt' },
    { deletionPolicy: 'Disable' },
    { content: everything.content },
  ].map((spec) => declared('PamCredential', spec));
  await untilRefused(cluster, probes, '*');
  const kubectl = (...flags: string[]) => runKubectl(cluster.plane, flags);
  await kubectl('create', 'serviceaccount', OPERATOR, '-n', OPERATOR_NAMESPACE);
  const groups = ['system:serviceaccounts', 'author'].map((group) => `--group=${group}`);
  // All ServiceAccounts of the tests are authors; none may read a Secret.
  await kubectl('create', 'clusterrolebinding', 'accounts', '--clusterrole=author', ...groups);
  token = (await kubectl('create', 'token', OPERATOR, '-n', OPERATOR_NAMESPACE)).trim();
});
afterAll(() => cluster?.stop());

describe.each(resources)('the operator, who may read no Secret and has no custom verb: $kind', (resource) => {
  it('passes every policy', async () => {
    expectAccepted(await cluster.tryCreate(resource, { token }));
  });
});

describe('who is not the operator is asked', () => {
  const rows = [
    { because: 'another account of its namespace', as: account(OPERATOR_NAMESPACE, 'default') },
    { because: 'an account of its name elsewhere', as: account(NAMESPACE, OPERATOR) },
    { because: 'its groups alone', as: dev('author') },
  ];
  it.each(rows)('$because', async ({ as }) => {
    const { user } = as as { user: string };
    const [, , connection] = resources;
    const answer = await cluster.tryCreate(connection ?? declared('PamConnection', {}), as);
    expectRefused(
      answer,
      'pam-operator-pamconnection-secret',
      `spec.auth.oauth2.secretName names Secret "pam-core" in namespace "pam-operator", which user "${user}" may ` +
        'not read; to choose it, or to change where it is sent (url, tokenUrl, proxyUrl, caBundle, ' +
        'caBundleConfigMap), grant the user the verb "get" on it',
    );
  });
});
