import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import type { Schema } from '../../scripts/generate/schema.ts';
import { type CustomResource, changed, tryCreate } from './custom-resource.ts';
import { installCrds, NAMESPACE } from './kubectl.ts';

/** One text of an example, and a way to write another one in its place. */
interface Text {
  kind: string;
  path: string;
  value: string;
  schema: Schema;
  replaced: (value: string) => CustomResource;
}

const root = new URL('../../', import.meta.url);
const kinds = readCustomKinds(root);
const login = { username: 'svc-pam', hostname: 'w2016', ip: '10.66.33.15' };
const toggling = {
  enablePlugin: 'LDAP',
  enableTemplate: 'AD - Activate User',
  disablePlugin: 'LDAP',
  disableTemplate: 'AD - Deactivate User',
};
/** The texts that no example holds, since their counterpart stands there. */
const remaining = [
  changed('PamConnection', { caBundle: null, auth: { oauth2: null, oauth1: { secretName: 'pam-core' } } }),
  changed('PamCredential', {
    parentId: '152',
    sessionSettings: { useOwnCredentialToConnect: false, authentication: login },
    jitSettings: { useOwnCredentialToConnect: true, enableAndDisable: toggling },
  }),
  changed('PamCredential', { executionSettings: { useOwnCredentialToConnect: true, parent: login } }),
  changed('PamSshKey', { publicKey: { value: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5' } }),
];
const texts = [
  ...['connection-full.yaml', '21-credential-full.yaml', '22-credential-child.yaml'].flatMap(examples),
  ...['23-credential-jit.yaml', '31-ssh-key-full.yaml'].flatMap(examples),
  ...remaining,
].flatMap(textsOf);
// Labels of namespaces do not reach PAM, and Kubernetes decides what they hold.
const named = texts.filter(({ path }) => !path.includes('.selector.'));

beforeAll(installCrds);

it('there are texts to try', () => expect(texts.length).toBeGreaterThan(100));

describe.each(named)('$kind $path', ({ path, value, schema, replaced }) => {
  it.each([
    { because: 'it ends in a blank', wrong: `${value} ` },
    { because: 'it ends in a line break', wrong: `${value}\n` },
    { because: 'it begins with a tab', wrong: `\t${value}` },
    { because: 'it holds a control character', wrong: `${value.slice(0, 1)}\u0007${value}` },
  ])('is refused where $because', async ({ wrong }) => {
    await refuses(path, replaced(wrong));
  });

  it('is refused where it is longer than its bound', async () => {
    await refuses(path, replaced('x'.repeat((schema.maxLength ?? 0) + 1)));
  });
});

async function refuses(path: string, resource: CustomResource): Promise<void> {
  const { status, causes, message } = await tryCreate(resource);
  expect({ status, fields: causes.map(({ field }) => field) }, message).toEqual({
    status: 422,
    fields: expect.arrayContaining([path]),
  });
}

/** The custom resources of one example, in the namespace of these tests. */
function examples(file: string): CustomResource[] {
  const source = readFileSync(new URL(`examples/${file}`, root), 'utf8');
  const documents = parseAllDocuments(source).map((document) => document.toJS() as CustomResource);
  return documents
    .filter(({ apiVersion }) => apiVersion.startsWith('pam-operator.io/'))
    .map((resource) => {
      const { namespace, ...metadata } = resource.metadata;
      return {
        ...resource,
        metadata: namespace === undefined ? metadata : { ...metadata, namespace: NAMESPACE },
      };
    });
}

function textsOf(resource: CustomResource): Text[] {
  const schema = kinds.find(({ kind }) => kind === resource.kind)?.spec ?? {};
  return below(resource.spec, schema, 'spec', (spec) => ({
    ...resource,
    spec: spec as CustomResource['spec'],
  }));
}

/** @param put makes the whole resource with another value at `path` */
function below(
  value: unknown,
  schema: Schema,
  path: string,
  put: (value: unknown) => CustomResource,
): Text[] {
  if (typeof value === 'string') {
    return schema.enum === undefined ? [{ kind: put(value).kind, path, value, schema, replaced: put }] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, at) =>
      below(item, schema.items ?? {}, `${path}[${at}]`, (other) => put(value.with(at, other))),
    );
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inside = (value as Record<string, unknown> | null)?.[name];
    return below(inside, field, `${path}.${name}`, (other) => put({ ...(value as object), [name]: other }));
  });
}
