import { digest, type InstallKey } from '../core/digest.ts';
import { type Failure, problem } from '../core/failure.ts';
import type { ManagedResource } from '../core/managed-resource.ts';
import type { Material, MaterialField, UsableMaterial } from '../core/material.ts';
import { MAIN_FIELD, type SecretSource, secretSources } from '../core/secret-source.ts';
import type { SecretText } from '../core/secret-text.ts';
import { readSecretValue } from '../core/secret-value.ts';
import type { Kubernetes, SecretRead } from './kubernetes.ts';

/** Checks an SSH key pair off the main thread; see src/ssh. */
export type ReadKeyPair = (input: {
  readonly privateKey: string;
  readonly passphrase?: string;
  readonly publicKey?: string;
}) => Promise<
  { readonly publicKey: string; readonly fingerprint: string } | { readonly problem: KeyPairProblem }
>;

export type KeyPairProblem =
  | 'unreadable'
  | 'needsPassphrase'
  | 'wrongPassphrase'
  | 'mismatch'
  | 'tooSlow'
  | 'tooLarge'
  | 'publicUnreadable';

const KEY_PROBLEMS: Readonly<Record<KeyPairProblem, string>> = {
  unreadable: 'The private key is none that can be read; store it in OpenSSH, PEM or PKCS#8 format',
  needsPassphrase: 'The private key is encrypted; set `spec.passphrase`',
  wrongPassphrase: 'The passphrase does not open the private key; correct one of the two',
  mismatch:
    'The public key does not belong to the private key; correct one of the two or leave `spec.publicKey` out',
  tooSlow: 'The private key asks for more than 2 s of key derivation; encrypt it again with fewer rounds',
  tooLarge: 'The private key is larger than 64 KiB; store a key of usual size',
  publicUnreadable:
    'The public key is none that can be read; store one line in OpenSSH format or leave it out',
};

interface ReadField extends MaterialField {
  readonly source: SecretSource;
  readonly value: SecretText;
}

/** Reads every Secret of a resource once, fresh, and checks the values. */
export async function readMaterial(
  resource: ManagedResource,
  installKey: InstallKey,
  kubernetes: Pick<Kubernetes, 'readSecret'>,
  readKeyPair: ReadKeyPair,
): Promise<Material> {
  const { namespace, name } = resource.metadata;
  const secrets = new Map<string, SecretRead>();
  const fields: ReadField[] = [];
  for (const source of secretSources(resource)) {
    let secret = secrets.get(source.ref.name);
    if (secret === undefined) {
      const read = await kubernetes.readSecret(namespace, source.ref.name);
      if (typeof read === 'string') return { failure: unreadable(source, namespace, read) };
      secret = read;
      secrets.set(source.ref.name, secret);
    }
    const value = readField(resource, source, secret);
    if ('failure' in value) return value;
    const { uid, resourceVersion } = secret;
    const context = { kind: resource.resourceKind, namespace, name, field: source.field };
    fields.push({
      field: source.field,
      source,
      value: value.text,
      version: { uid, resourceVersion },
      digest: digest(installKey, context, value.text.reveal()),
    });
  }
  return resource.kind === 'key' ? keyMaterial(resource, fields, readKeyPair) : credentialMaterial(fields);
}

function credentialMaterial(fields: readonly ReadField[]): UsableMaterial {
  const content = fields.find(({ field }) => field === MAIN_FIELD.credential)?.value;
  const totp = fields.find(({ field }) => field === 'totp')?.value;
  const additional = fields.filter(({ source }) => source.group === 'additional');
  const prefix = 'authenticationFields.';
  const values = additional
    .filter(({ field }) => field.startsWith(prefix))
    .map(({ field, value }) => [field.slice(prefix.length), value] as const);
  return {
    fields: fields.map(recordable),
    ...(content !== undefined && { content }),
    ...(additional.length > 0 && {
      additional: { ...(totp !== undefined && { totp }), fields: new Map(values) },
    }),
  };
}

async function keyMaterial(
  resource: Extract<ManagedResource, { kind: 'key' }>,
  fields: readonly ReadField[],
  readKeyPair: ReadKeyPair,
): Promise<Material> {
  const value = (name: string) => fields.find(({ field }) => field === name)?.value;
  const privateKey = value('privateKey');
  if (privateKey === undefined) return { fields: [] };
  const passphrase = value('passphrase');
  const publicKey = value('publicKey')?.reveal() ?? resource.spec.publicKey?.value;
  const pair = await readKeyPair({
    privateKey: privateKey.reveal(),
    ...(passphrase !== undefined && { passphrase: passphrase.reveal() }),
    ...(publicKey !== undefined && { publicKey }),
  });
  if ('problem' in pair)
    return {
      failure: problem(
        'KeyPairInvalid',
        KEY_PROBLEMS[pair.problem],
        'It is read again when its Secret changes',
      ),
    };
  return {
    fields: fields.map(recordable),
    keyPair: {
      privateKey,
      publicKey: pair.publicKey,
      fingerprint: pair.fingerprint,
      ...(passphrase !== undefined && { passphrase }),
    },
  };
}

function readField(
  resource: ManagedResource,
  source: SecretSource,
  secret: SecretRead,
): { text: SecretText } | { failure: Failure } {
  const where = `Secret ${resource.metadata.namespace}/${source.ref.name} (\`${source.path}\`)`;
  const bytes = secret.data.get(source.ref.key);
  if (bytes === undefined)
    return { failure: problem('SecretKeyNotFound', `${where} has no key \`${source.ref.key}\``) };
  const keyFile = source.field === 'privateKey' || source.field === 'publicKey';
  const isContent = source.field === 'content';
  const value = readSecretValue(bytes, {
    label: isContent ? 'password' : source.field,
    trim: isContent && resource.kind === 'credential' && resource.spec.content?.trim === true,
    ...(isContent && { trimField: 'spec.content.trim' }),
    keyFile,
  });
  return 'problem' in value
    ? {
        failure: problem(
          'SecretValueInvalid',
          `In ${where}, key \`${source.ref.key}\`, ${value.problem}`,
          'It is read again when the Secret changes',
        ),
      }
    : { text: value };
}

function unreadable({ path, ref }: SecretSource, namespace: string, why: 'notFound' | 'forbidden'): Failure {
  const secret = `Secret ${namespace}/${ref.name} (\`${path}\`)`;
  return why === 'notFound'
    ? problem('SecretNotFound', `${secret} does not exist`)
    : problem('SecretForbidden', `The operator may not read ${secret}`);
}

function recordable({ field, version, digest: value }: ReadField): MaterialField {
  return { field, version, digest: value };
}
