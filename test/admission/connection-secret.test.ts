import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Patch } from '../crds/custom-resource.ts';
import type { Requester } from './api-server.ts';
import { declared } from './declared-resource.ts';
import { type PolicyCluster, startPolicyCluster } from './policy-cluster.ts';
import { expectAccepted, expectRefused } from './refusal.ts';
import { dev, NAMESPACE, OPERATOR_NAMESPACE } from './rights.ts';

let cluster: PolicyCluster;
beforeAll(async () => {
  cluster = await startPolicyCluster([declared('PamConnection', {})]);
});
afterAll(() => cluster?.stop());

const POLICY = 'pam-operator-pamconnection-secret';
const oauth2 = (secretName: string) => ({ auth: { oauth2: { secretName }, oauth1: null } });
const oauth1 = (secretName: string) => ({ auth: { oauth1: { secretName }, oauth2: null } });
const reads = (...secrets: string[]) =>
  dev('author', ...secrets.map((name) => `get ${name} in ${OPERATOR_NAMESPACE}` as const));
const sentence = (way: string, secret: string) =>
  `spec.auth.${way}.secretName names Secret "${secret}" in namespace "${OPERATOR_NAMESPACE}", which user "dev" may ` +
  'not read; to choose it, or to change where it is sent (url, tokenUrl, proxyUrl, caBundle, ' +
  'caBundleConfigMap), grant the user the verb "get" on it';

describe.each([
  { way: 'oauth2', naming: oauth2 },
  { way: 'oauth1', naming: oauth1 },
])('a creation with $way', ({ way, naming }) => {
  const rows: { because: string; as: Requester; refused?: true }[] = [
    { because: 'who may write connections only', as: reads(), refused: true },
    { because: 'who may read another Secret', as: reads('two'), refused: true },
    {
      because: 'the Secret is in the namespace of the operator, not in another one',
      as: dev('author', `get one in ${NAMESPACE}`),
      refused: true,
    },
    { because: 'who may read the Secret', as: reads('one') },
  ];
  it.each(rows)('$because', async ({ as, refused }) => {
    const answer = await cluster.tryCreate(declared('PamConnection', naming('one')), as);
    if (refused) expectRefused(answer, POLICY, sentence(way, 'one'));
    else expectAccepted(answer);
  });
});

describe('an update', () => {
  const certificates = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const grant = {
    namespaces: { names: ['team-a'] },
    hostnames: ['*'],
    usernames: ['*'],
    operations: ['Create'],
  };
  interface Row {
    because: string;
    /** Default: OAuth 2.0 with Secret `one`. */
    before?: Patch;
    change: Patch;
    as: Requester;
    refused?: [way: string, secret: string];
  }
  const rows: Row[] = [
    { because: 'another Secret', change: oauth2('two'), as: reads('one'), refused: ['oauth2', 'two'] },
    { because: 'the Secret that was there is not asked for', change: oauth2('two'), as: reads('two') },
    {
      because: 'another Secret for OAuth 1.0a',
      before: oauth1('one'),
      change: oauth1('two'),
      as: reads('one'),
      refused: ['oauth1', 'two'],
    },
    {
      because: 'another way to log in sends other values of a Secret',
      change: oauth1('one'),
      as: reads(),
      refused: ['oauth1', 'one'],
    },
    {
      because: 'another address gets the Secret',
      change: { url: 'https://elsewhere.example.com' },
      as: reads(),
      refused: ['oauth2', 'one'],
    },
    {
      because: 'who may read the Secret may send it to another address',
      change: { url: 'https://elsewhere.example.com' },
      as: reads('one'),
    },
    {
      because: 'another token call gets the Secret',
      change: { tokenUrl: 'https://elsewhere.example.com/token' },
      as: reads(),
      refused: ['oauth2', 'one'],
    },
    {
      because: 'a proxy may stand for the address, with a CA of its own',
      change: { proxyUrl: 'http://proxy.example.com:3128' },
      as: reads(),
      refused: ['oauth2', 'one'],
    },
    {
      because: 'another CA lets another server stand for the address',
      change: { caBundle: certificates },
      as: reads(),
      refused: ['oauth2', 'one'],
    },
    {
      because: 'the same with a CA from a ConfigMap',
      change: { caBundleConfigMap: { name: 'ca', key: 'ca.crt' } },
      as: reads(),
      refused: ['oauth2', 'one'],
    },
    { because: 'grants are no matter of the Secret', change: { grants: [grant] }, as: reads() },
    { because: 'nor are limits', change: { limits: { maxInFlight: 1 }, suspend: true }, as: reads() },
  ];
  it.each(rows.map((row, at) => ({ ...row, at })))(
    '$because',
    async ({ before, change, as, refused, at }) => {
      const stored = declared('PamConnection', before ?? oauth2('one'), `connection-${at}`);
      await cluster.store(stored);
      const answer = await cluster.tryPatch(stored, { spec: change }, as);
      if (refused !== undefined) expectRefused(answer, POLICY, sentence(...refused));
      else expectAccepted(answer);
    },
  );

  it('of labels passes, although the editor may not read the Secret', async () => {
    const stored = declared('PamConnection', oauth2('one'), 'labels');
    await cluster.store(stored);
    expectAccepted(await cluster.tryPatch(stored, { metadata: { labels: { a: 'b' } } }, reads()));
  });
});
