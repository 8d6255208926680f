import { expectRefusals } from './refusal.ts';

const secretRef = { name: 'deploy-key', key: 'public.key' };
const device = { hostname: 'w2016', ip: '10.66.33.15' };
/** Removes what describes a key, so that `id` may stand. */
const byId = {
  username: null,
  device: null,
  privateKey: null,
  connection: 'default',
  adoptionPolicy: 'Adopt',
  id: '92',
};

expectRefusals('PamSshKey', [
  {
    because: 'a key without a number has a username',
    spec: { username: null },
    field: 'spec.username',
    says: 'unless `id` is set',
  },
  {
    because: 'a key without a number has a device',
    spec: { device: null },
    field: 'spec.device',
    says: 'unless `id` is set',
  },
  {
    because: 'a new key has material',
    spec: { privateKey: null },
    field: 'spec.privateKey',
    says: 'unless an existing key is named',
  },
  {
    because: 'an identifier alone takes nothing over',
    spec: { privateKey: null, identifier: 'sshkey3' },
    field: 'spec.privateKey',
    says: "`adoptionPolicy` 'Adopt'",
  },
  {
    because: 'adoption alone names no key',
    spec: { privateKey: null, adoptionPolicy: 'Adopt' },
    field: 'spec.privateKey',
    says: 'unless an existing key is named',
  },
  {
    because: 'tags travel with the key pair',
    spec: { privateKey: null, identifier: 'sshkey3', adoptionPolicy: 'Adopt', tags: ['a'] },
    field: 'spec.privateKey',
    says: 'together with the key pair only',
  },
  {
    because: 'a passphrase opens a private key',
    spec: { privateKey: null, identifier: 'sshkey3', adoptionPolicy: 'Adopt', passphrase: { secretRef } },
    field: 'spec.privateKey',
    says: 'together with the key pair only',
  },
  {
    because: 'a private key comes from a Secret',
    spec: { privateKey: { secretRef: null } },
    field: 'spec.privateKey.secretRef',
    says: 'Required value',
  },
  {
    because: 'a private key is no text of the spec',
    spec: { publicKey: { value: '-----BEGIN OPENSSH PRIVATE KEY-----' } },
    field: 'spec.publicKey.value',
    says: 'one line in OpenSSH format',
  },
  {
    because: 'a public key is one line',
    spec: { publicKey: { value: 'ssh-ed25519 AAAA\nssh-ed25519 BBBB' } },
    field: 'spec.publicKey.value',
    says: 'one line in OpenSSH format',
  },
  {
    because: 'a public key has one source',
    spec: { publicKey: { secretRef, value: 'ssh-ed25519 AAAA' } },
    field: 'spec.publicKey',
    says: 'exactly one of `secretRef` and `value`',
  },
  {
    because: 'a public key has a source',
    spec: { publicKey: {} },
    field: 'spec.publicKey',
    says: 'exactly one of `secretRef` and `value`',
  },
  {
    because: 'a passphrase comes from a Secret',
    spec: { passphrase: {} },
    field: 'spec.passphrase.secretRef',
    says: 'Required value',
  },
  {
    because: 'a hostname is required',
    spec: { device: { hostname: null } },
    field: 'spec.device.hostname',
    says: 'Required value',
  },
  {
    because: 'further devices have names',
    spec: { devices: [{}] },
    field: 'spec.devices[0].hostname',
    says: 'Required value',
  },
  {
    because: 'a device twice says nothing',
    spec: { devices: [{ hostname: 'a' }, { hostname: 'a' }] },
    field: 'spec.devices[1]',
    says: 'Duplicate',
  },
  {
    because: 'devices come to an end',
    spec: { devices: Array.from({ length: 65 }, (_, i) => ({ hostname: `h${i}` })) },
    field: 'spec.devices',
    says: 'at most 64 items',
  },
  { because: 'tags are joined by commas', spec: { tags: ['a,b'] }, field: 'spec.tags[0]', says: 'no comma' },
  {
    because: 'a period is refused by PAM (1053)',
    spec: { identifier: 'a.b' },
    field: 'spec.identifier',
    says: 'letters, digits',
  },
  {
    because: 'digits only look like an id',
    spec: { identifier: '92' },
    field: 'spec.identifier',
    says: 'digits only',
  },
  {
    because: 'a number holds digits',
    spec: { ...byId, id: 'sshkey3' },
    field: 'spec.id',
    says: 'should match',
  },
  {
    because: 'a number is text',
    spec: { ...byId, id: 92 },
    field: 'spec.id',
    says: 'must be of type string',
  },
  {
    because: 'a number belongs to one PAM Core',
    spec: { ...byId, connection: null },
    field: 'spec.connection',
    says: 'where `id` is set',
  },
  {
    because: 'a number takes a key over',
    spec: { ...byId, adoptionPolicy: null },
    field: 'spec.adoptionPolicy',
    says: "'Adopt' where `id` is set",
  },
  {
    because: 'a number takes a key over, not never',
    spec: { ...byId, adoptionPolicy: 'Never' },
    field: 'spec.adoptionPolicy',
    says: "'Adopt' where `id` is set",
  },
  {
    because: 'a number and an identifier may differ',
    spec: { ...byId, identifier: 'sshkey3' },
    field: 'spec.id',
    says: 'anything that describes the key',
  },
  {
    because: 'a key by number is only toggled',
    spec: { ...byId, privateKey: { secretRef } },
    field: 'spec.id',
    says: 'anything that describes the key',
  },
  {
    because: 'a number names its device',
    spec: { ...byId, device },
    field: 'spec.id',
    says: 'anything that describes the key',
  },
  {
    because: 'there is no fourth way to push',
    spec: { push: 'Never' },
    field: 'spec.push',
    says: 'supported values',
  },
  {
    because: 'PAM deletes nothing',
    spec: { deletionPolicy: 'Delete' },
    field: 'spec.deletionPolicy',
    says: 'supported values',
  },
  {
    because: 'adoption is asked for or not',
    spec: { adoptionPolicy: 'Always' },
    field: 'spec.adoptionPolicy',
    says: 'supported values: "Never", "Adopt"',
  },
  {
    because: 'a Secret is of the same namespace',
    spec: { privateKey: { secretRef: { name: 'other/secret' } } },
    field: 'spec.privateKey.secretRef.name',
    says: 'should match',
  },
]);
