import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Patch } from '../crds/custom-resource.ts';
import type { Requester } from './api-server.ts';
import { declared } from './declared-resource.ts';
import { type PolicyCluster, startPolicyCluster } from './policy-cluster.ts';
import { expectAccepted, expectRefused } from './refusal.ts';
import { authorWhoReads, dev, NAMESPACE, OTHER_NAMESPACE } from './rights.ts';
import { authenticationField, SECRET_FIELDS } from './secret-references.ts';

let cluster: PolicyCluster;
beforeAll(async () => {
  cluster = await startPolicyCluster([
    declared('PamCredential', { content: { secretRef: { name: 'probe', key: 'value' } } }),
    declared('PamSshKey', {}),
  ]);
});
afterAll(() => cluster?.stop());

const POLICIES = {
  PamCredential: 'pam-operator-pamcredential-secrets',
  PamSshKey: 'pam-operator-pamsshkey-secrets',
  PamConnection: '',
};
const sentence = (field: string, secret: string, user = 'dev') =>
  `${field} names Secret "${secret}" in namespace "${NAMESPACE}", which user "${user}" may not read; ` +
  'name a Secret that this user may read, or grant the user the verb "get" on it';

it('every reference to a Secret in the CRDs is in these tables, or in connection-secret.test.ts', () => {
  const folder = new URL('../../crds/', import.meta.url);
  const found = readdirSync(folder).flatMap((file) => {
    const { spec } = parse(readFileSync(new URL(file, folder), 'utf8'));
    return secretReferences(spec.versions[0].schema.openAPIV3Schema.properties.spec, 'spec').map(
      (path) => `${spec.names.kind} ${path}`,
    );
  });
  const known = SECRET_FIELDS.map(({ kind, schemaPath }) => `${kind} ${schemaPath}`);
  const others = ['oauth1', 'oauth2'].map((way) => `PamConnection spec.auth.${way}.secretName`);
  expect(found.sort()).toEqual([...known, ...others].sort());
});

describe.each(SECRET_FIELDS)('$kind $field', ({ kind, field, naming }) => {
  // Only a PamSshKey names a Secret anyhow; its own is readable in every row.
  const base = kind === 'PamSshKey' ? { privateKey: { secretRef: { name: 'three', key: 'key' } } } : {};
  const described = (secret: string, key?: string) => ({ ...base, ...naming(secret, key) });
  const policy = POLICIES[kind];
  const rows: { because: string; as: Requester; refused?: true }[] = [
    { because: 'who may write resources only', as: authorWhoReads('three'), refused: true },
    { because: 'who may read another Secret', as: authorWhoReads('two', 'three'), refused: true },
    {
      because: 'who may read a Secret of this name in another namespace',
      as: dev('author', `get three in ${NAMESPACE}`, `get one in ${OTHER_NAMESPACE}`),
      refused: true,
    },
    { because: 'who may read this Secret', as: authorWhoReads('one', 'three') },
    { because: 'who may read all Secrets of the namespace', as: authorWhoReads('*') },
  ];

  it.each(rows)('on creation: $because', async ({ as, refused }) => {
    const answer = await cluster.tryCreate(declared(kind, described('one')), as);
    if (refused) expectRefused(answer, policy, sentence(field, 'one'));
    else expectAccepted(answer);
  });

  const changes: { because: string; change: Patch; reads: string[]; refused?: string }[] = [
    { because: 'another Secret is asked for', change: naming('two'), reads: ['one'], refused: 'two' },
    { because: 'the Secret that was there is not asked for', change: naming('two'), reads: ['two'] },
    {
      because: 'another key sends another value',
      change: naming('one', 'other'),
      reads: [],
      refused: 'one',
    },
    { because: 'who may read it may name another key', change: naming('one', 'other'), reads: ['one'] },
    { because: 'other fields may change', change: { username: 'renamed', suspend: true }, reads: [] },
  ];

  it.each(changes)('on update: $because', async ({ because, change, reads, refused }) => {
    const name = nameOf(field, because);
    const stored = declared(kind, described('one'), name);
    await cluster.store(stored);
    const answer = await cluster.tryPatch(stored, { spec: change }, authorWhoReads(...reads));
    if (refused !== undefined) expectRefused(answer, policy, sentence(field, refused));
    else expectAccepted(answer);
  });
});

it.each([
  { missing: 'one', field: 'spec.privateKey.secretRef' },
  { missing: 'two', field: 'spec.publicKey.secretRef' },
  { missing: 'three', field: 'spec.passphrase.secretRef' },
])('a PamSshKey with three Secrets is asked for each: without $missing it is refused', async (row) => {
  const ref = (name: string) => ({ secretRef: { name, key: 'value' } });
  const spec = { privateKey: ref('one'), publicKey: ref('two'), passphrase: ref('three') };
  const others = ['one', 'two', 'three'].filter((name) => name !== row.missing);
  const answer = await cluster.tryCreate(declared('PamSshKey', spec), authorWhoReads(...others));
  expectRefused(answer, POLICIES.PamSshKey, sentence(row.field, row.missing));
});

describe('an edit beside the spec passes, although the editor may not read the Secret', () => {
  const rows = [
    { because: 'labels', patch: { metadata: { labels: { team: 'a' } } } },
    { because: 'annotations', patch: { metadata: { annotations: { 'pam-operator.io/force-sync': '1' } } } },
    { because: 'finalizers', patch: { metadata: { finalizers: ['pam-operator.io/finalizer'] } } },
  ];
  it.each(rows)('$because', async ({ because, patch }) => {
    const stored = declared(
      'PamCredential',
      { content: { secretRef: { name: 'one', key: 'value' } } },
      because,
    );
    await cluster.store(stored);
    expectAccepted(await cluster.tryPatch(stored, patch, authorWhoReads()));
  });
});

it('status is written without asking', async () => {
  const stored = declared('PamSshKey', {}, 'with-status');
  await cluster.store(stored);
  const path = `/apis/pam-operator.io/v1alpha1/namespaces/${NAMESPACE}/pamsshkeys/with-status/status`;
  const body = { status: { observedGeneration: 1 } };
  expectAccepted(await cluster.callApi({ as: authorWhoReads(), method: 'PATCH', path, body }));
});

it('an apply that creates is asked like a creation', async () => {
  const path = `/apis/pam-operator.io/v1alpha1/namespaces/${NAMESPACE}/pamcredentials/applied?fieldManager=dev`;
  const body = declared(
    'PamCredential',
    { content: { secretRef: { name: 'one', key: 'value' } } },
    'applied',
  );
  const contentType = 'application/apply-patch+yaml';
  const answer = await cluster.callApi({ as: authorWhoReads(), method: 'PATCH', path, body, contentType });
  expectRefused(answer, POLICIES.PamCredential, sentence('spec.content.secretRef', 'one'));
});

describe('references that change places', () => {
  const fields = (...names: string[]) => ({
    additionalSettings: { authenticationFields: names.map((name) => authenticationField(name, name)) },
  });
  const content = { content: { secretRef: { name: 'one', key: 'value' } } };
  const rows: { because: string; before: Patch; change: Patch; reads: string[]; refused?: string }[] = [
    {
      because: 'the order of fields is free',
      before: fields('one', 'two'),
      change: fields('two', 'one'),
      reads: [],
    },
    { because: 'a field may go', before: fields('one', 'two'), change: fields('two'), reads: [] },
    {
      because: 'a new field beside an old one is asked for alone',
      before: fields('one'),
      change: fields('one', 'two'),
      reads: ['one'],
      refused:
        'spec.additionalSettings.authenticationFields[shortName=two].valueFrom.secretRef names Secret "two"',
    },
    {
      because: 'an old field beside a new one is not asked for',
      before: fields('one'),
      change: fields('one', 'two'),
      reads: ['two'],
    },
    {
      because: 'a value in another field goes elsewhere in PAM Core',
      before: content,
      change: { content: null, ...fields('one') },
      reads: [],
      refused:
        'spec.additionalSettings.authenticationFields[shortName=one].valueFrom.secretRef names Secret "one"',
    },
    {
      because: 'of two Secrets the one that may not be read is named',
      before: {},
      change: { ...content, ...fields('two') },
      reads: ['one'],
      refused:
        'spec.additionalSettings.authenticationFields[shortName=two].valueFrom.secretRef names Secret "two"',
    },
    {
      because: 'of two Secrets the first may be the one',
      before: {},
      change: { ...content, ...fields('two') },
      reads: ['two'],
      refused: 'spec.content.secretRef names Secret "one"',
    },
    {
      because: 'a reference that goes is not asked for',
      before: content,
      change: { content: null },
      reads: [],
    },
  ];
  it.each(rows.map((row, at) => ({ ...row, at })))(
    '$because',
    async ({ before, change, reads, refused, at }) => {
      const stored = declared('PamCredential', before, `places-${at}`);
      await cluster.store(stored);
      const answer = await cluster.tryPatch(stored, { spec: change }, authorWhoReads(...reads));
      if (refused === undefined) expectAccepted(answer);
      else expect(answer.message).toContain(`denied request: ${refused} `);
    },
  );
});

/** Paths of all fields of a schema that are named like references to a Secret. */
function secretReferences(schema: Record<string, unknown>, path: string): string[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Record<string, unknown>>);
  const below = properties.flatMap(([name, child]) =>
    /secret(Ref|Name)$/i.test(name) ? [`${path}.${name}`] : secretReferences(child, `${path}.${name}`),
  );
  const items = schema.items as Record<string, unknown> | undefined;
  return items === undefined ? below : [...below, ...secretReferences(items, `${path}[]`)];
}

function nameOf(...texts: string[]): string {
  return texts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
}
