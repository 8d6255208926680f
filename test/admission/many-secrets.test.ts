import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Requester } from './api-server.ts';
import { declared } from './declared-resource.ts';
import { type PolicyCluster, startPolicyCluster } from './policy-cluster.ts';
import { expectAccepted, expectRefused } from './refusal.ts';
import { authorWhoReads, NAMESPACE } from './rights.ts';
import { authenticationField } from './secret-references.ts';

let cluster: PolicyCluster;
beforeAll(async () => {
  cluster = await startPolicyCluster([declared('PamCredential', naming(['probe']))]);
});
afterAll(() => cluster?.stop());

const POLICY = 'pam-operator-pamcredential-secrets';
const TOO_MANY =
  `spec names 9 new Secrets at once, more than 8, and user "dev" may not read all Secrets of namespace ` +
  `"${NAMESPACE}"; add the references in several steps, or keep several values in one Secret`;
/** The most that the CRD takes. */
const MOST_FIELDS = 32;
const many = (count: number) => Array.from({ length: count }, (_, at) => `many-${at}`);
const eight = many(8);
const nine = [...eight, 'one'];

function naming(secrets: string[], key?: string) {
  const authenticationFields = secrets.map((secret, at) => authenticationField(`field-${at}`, secret, key));
  return { additionalSettings: { authenticationFields } };
}

describe('a creation', () => {
  const rows: { because: string; secrets: string[]; as: Requester; refused?: true }[] = [
    { because: 'eight Secrets are asked for one by one', secrets: eight, as: authorWhoReads(...eight) },
    { because: 'nine by name are too many', secrets: nine, as: authorWhoReads(...nine), refused: true },
    { because: 'nine pass with the right to all', secrets: nine, as: authorWhoReads('*') },
    {
      because: 'a Secret that many fields name is asked for once',
      secrets: Array.from({ length: MOST_FIELDS }, () => 'one'),
      as: authorWhoReads('one'),
    },
  ];
  it.each(rows)('$because', async ({ secrets, as, refused }) => {
    const answer = await cluster.tryCreate(declared('PamCredential', naming(secrets)), as);
    if (refused) expectRefused(answer, POLICY, TOO_MANY);
    else expectAccepted(answer);
  });

  it.each(eight)('asks for each of eight: without %s it is refused', async (missing) => {
    const as = authorWhoReads(...eight.filter((name) => name !== missing));
    const { message } = await cluster.tryCreate(declared('PamCredential', naming(eight)), as);
    expect(message).toContain(`names Secret "${missing}"`);
  });
});

it('a ninth Secret beside eight old ones is asked for by name', async () => {
  const stored = declared('PamCredential', naming(eight), 'ninth');
  await cluster.store(stored);
  const patch = { spec: naming(nine) };
  expectAccepted(await cluster.tryPatch(stored, patch, authorWhoReads('one')));
  expect((await cluster.tryPatch(stored, patch, authorWhoReads())).message).toContain('names Secret "one"');
});

it('the largest resource is within the limits of the API server, also where everything changes', async () => {
  // 253 characters are the longest name and the longest key.
  const secrets = (first: string) =>
    Array.from({ length: MOST_FIELDS }, (_, at) => `${first}${String(at).padStart(252, '0')}`);
  const spec = (first: string) => {
    const [password, totp] = secrets(`${first}a`).map((name) => ({ name: name.slice(0, 253), key: 'k' }));
    const { additionalSettings } = naming(secrets(first), 'k'.repeat(253));
    return {
      content: { secretRef: password },
      additionalSettings: { ...additionalSettings, totpSecretRef: totp },
    };
  };
  const stored = declared('PamCredential', spec('a'), 'largest');
  expectAccepted(await cluster.tryCreate(stored, authorWhoReads('*')));
  await cluster.store(stored);
  expectAccepted(await cluster.tryPatch(stored, { spec: spec('b') }, authorWhoReads('*')));
});
