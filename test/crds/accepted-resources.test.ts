import { beforeAll, expect, it } from 'vitest';
import { type CustomResource, changed, type Patch, tryCreate } from './custom-resource.ts';
import { installCrds } from './kubectl.ts';

interface Row {
  because: string;
  kind: CustomResource['kind'];
  spec: Patch;
}

const secretRef = { name: 'orders-db', key: 'password' };
const login = { username: 'svc-pam', hostname: 'w2016', ip: '10.66.33.15' };
const toggling = {
  enablePlugin: 'LDAP',
  enableTemplate: 'On',
  disablePlugin: 'LDAP',
  disableTemplate: 'Off',
};
const byId = {
  username: null,
  device: null,
  privateKey: null,
  connection: 'default',
  adoptionPolicy: 'Adopt',
  id: '92',
};
const existing = { privateKey: null, identifier: 'sshkey3', adoptionPolicy: 'Adopt' };
const grant = { namespaces: { names: ['*'] }, hostnames: ['*'], usernames: ['*'], operations: ['Create'] };
const oauth1 = (more: Patch) => ({ oauth2: null, oauth1: { secretName: 'a', ...more } });

const rows: Row[] = [
  { because: 'the least', kind: 'PamCredential', spec: {} },
  { because: 'a username may be long', kind: 'PamCredential', spec: { username: 'x'.repeat(255) } },
  { because: 'a username may be one character', kind: 'PamCredential', spec: { username: 'x' } },
  { because: 'a username may hold a blank within', kind: 'PamCredential', spec: { username: 'John Doe' } },
  { because: 'a UPN is a username', kind: 'PamCredential', spec: { username: 'svc@corp.example.com' } },
  { because: 'a domain user is a username', kind: 'PamCredential', spec: { username: 'CORP\\svc$' } },
  { because: 'a username may be in any script', kind: 'PamCredential', spec: { username: 'João-管理者' } },
  {
    because: 'an ip may be a name (vendor example)',
    kind: 'PamCredential',
    spec: { device: { ip: 'localhost' } },
  },
  {
    because: 'an ip may be a URL (vendor example)',
    kind: 'PamCredential',
    spec: { device: { ip: 'https://www.gmail.com' } },
  },
  {
    because: 'a device name may hold blanks',
    kind: 'PamCredential',
    spec: { device: { hostname: 'API device test' } },
  },
  {
    because: 'one protocol may have two ports',
    kind: 'PamCredential',
    spec: {
      device: {
        connectivities: [
          { name: 'SSH', port: 22 },
          { name: 'SSH', port: 65535 },
        ],
      },
    },
  },
  {
    because: 'empty texts empty the fields of a device',
    kind: 'PamCredential',
    spec: {
      device: {
        type: '',
        vendor: '',
        model: '',
        site: '',
        domains: [],
        tags: [],
        connectivities: [],
        loginExpression: '',
      },
    },
  },
  {
    because: 'empty texts empty the fields of a record',
    kind: 'PamCredential',
    spec: { additional: '', tags: [], credentialType: '', domain: '' },
  },
  {
    because: 'an identifier may have 64 characters',
    kind: 'PamCredential',
    spec: { identifier: 'x'.repeat(64) },
  },
  {
    because: 'a UUID is an identifier',
    kind: 'PamCredential',
    spec: { identifier: '018fe9a6-541d-7380-99b6-56051b71a475' },
  },
  { because: 'digits with a hyphen are no number', kind: 'PamCredential', spec: { identifier: '1-2' } },
  { because: 'a password alone', kind: 'PamCredential', spec: { content: { secretRef } } },
  { because: 'a parent by name', kind: 'PamCredential', spec: { parentRef: { name: 'another' } } },
  { because: 'a parent by number', kind: 'PamCredential', spec: { parentId: '999999999999999999' } },
  {
    because: 'a parent by execution settings',
    kind: 'PamCredential',
    spec: { executionSettings: { parent: login, useOwnCredentialToConnect: true } },
  },
  {
    because: 'a login that is given but not needed (vendor example)',
    kind: 'PamCredential',
    spec: {
      jitSettings: { useOwnCredentialToConnect: true, authentication: login, enableAndDisable: toggling },
    },
  },
  {
    because: 'JIT can be switched off',
    kind: 'PamCredential',
    spec: { jitSettings: { enabled: false, useOwnCredentialToConnect: true } },
  },
  {
    because: 'reconciliation can be switched off',
    kind: 'PamCredential',
    spec: { executionSettings: { useOwnCredentialToConnect: true, reconciliation: { enabled: false } } },
  },
  {
    because: 'an additional field may be empty',
    kind: 'PamCredential',
    spec: { additionalSettings: { authenticationFields: [{ name: 'PIN', shortName: 'pin', value: '' }] } },
  },
  {
    because: 'a TOTP key alone',
    kind: 'PamCredential',
    spec: { additionalSettings: { totpSecretRef: { name: 'a.b-c', key: '..data_1' } } },
  },
  {
    because: 'an emoji is text',
    kind: 'PamCredential',
    spec: { additionalSettings: { notes: 'family 👨‍👩‍👧 server' } },
  },
  {
    because: 'state unmanaged, disabled on deletion',
    kind: 'PamCredential',
    spec: { deletionPolicy: 'Disable', adoptionPolicy: 'Adopt', suspend: true },
  },
  { because: 'the least', kind: 'PamSshKey', spec: {} },
  {
    because: 'a public key as text',
    kind: 'PamSshKey',
    spec: { publicKey: { value: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@example' } },
  },
  {
    because: 'a public key without a comment',
    kind: 'PamSshKey',
    spec: { publicKey: { value: 'ecdsa-sha2-nistp256 AAAA+/==' } },
  },
  {
    because: 'a hardware key’s type',
    kind: 'PamSshKey',
    spec: { publicKey: { value: 'sk-ssh-ed25519@openssh.com AAAA a comment' } },
  },
  { because: 'no further devices', kind: 'PamSshKey', spec: { devices: [] } },
  { because: 'an existing key by its identifier', kind: 'PamSshKey', spec: { ...existing, enabled: false } },
  { because: 'an existing key by its number', kind: 'PamSshKey', spec: { ...byId, enabled: false } },
  {
    because: 'a key by number that is disabled on deletion',
    kind: 'PamSshKey',
    spec: { ...byId, deletionPolicy: 'Disable', suspend: true },
  },
  { because: 'the least', kind: 'PamConnection', spec: {} },
  { because: 'a port', kind: 'PamConnection', spec: { url: 'https://pam.example.com:65535' } },
  { because: 'an IPv6 address', kind: 'PamConnection', spec: { url: 'https://[2001:db8::1]:8443' } },
  { because: 'http on 127.0.0.1', kind: 'PamConnection', spec: { url: 'http://127.0.0.1:8443' } },
  { because: 'http on all of 127.0.0.0/8', kind: 'PamConnection', spec: { url: 'http://127.255.255.254' } },
  { because: 'http on ::1', kind: 'PamConnection', spec: { url: 'http://[::1]:8080' } },
  { because: 'http on localhost', kind: 'PamConnection', spec: { url: 'http://localhost:8080' } },
  {
    because: 'a token on loopback beside an address on loopback',
    kind: 'PamConnection',
    spec: { url: 'http://127.0.0.1:80', tokenUrl: 'http://127.0.0.1:81/iso/oauth2/token' },
  },
  {
    because: 'a token elsewhere, which the Secret must allow',
    kind: 'PamConnection',
    spec: { tokenUrl: 'https://login.example.com/iso/oauth2/token' },
  },
  { because: 'OAuth 1.0a with the default method', kind: 'PamConnection', spec: { auth: oauth1({}) } },
  {
    because: 'OAuth 1.0a with SHA-256',
    kind: 'PamConnection',
    spec: { auth: oauth1({ signatureMethod: 'HMAC-SHA256' }) },
  },
  {
    because: 'certificates as text',
    kind: 'PamConnection',
    spec: { caBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
  },
  { because: 'an https proxy', kind: 'PamConnection', spec: { proxyUrl: 'https://proxy:3128' } },
  {
    because: 'a referer with a path',
    kind: 'PamConnection',
    spec: { referer: 'https://operator.example.com/path?x=1' },
  },
  { because: 'an inventory only when needed', kind: 'PamConnection', spec: { inventoryIntervalSeconds: 0 } },
  {
    because: 'every disable by deletion is held',
    kind: 'PamConnection',
    spec: { deletionBrake: { maxDisables: 0 } },
  },
  { because: 'everything, written out', kind: 'PamConnection', spec: { grants: [grant] } },
  {
    because: 'globs',
    kind: 'PamConnection',
    spec: {
      grants: [
        {
          ...grant,
          namespaces: { names: ['team-*', 'a?'] },
          hostnames: ['*.example.com'],
          usernames: ['svc-?'],
          identifiers: ['team_*'],
        },
      ],
    },
  },
  {
    because: 'a label that exists',
    kind: 'PamConnection',
    spec: {
      grants: [
        { ...grant, namespaces: { selector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } } },
      ],
    },
  },
  { because: 'no grants: nothing is allowed', kind: 'PamConnection', spec: { grants: [] } },
  {
    because: 'many grants',
    kind: 'PamConnection',
    spec: { grants: Array.from({ length: 256 }, () => grant) },
  },
];

beforeAll(installCrds);

it.each(rows)('$kind is accepted: $because', async ({ kind, spec }) => {
  const { status, message } = await tryCreate(changed(kind, spec));
  expect({ status, message }).toEqual({ status: 201, message: '' });
});
