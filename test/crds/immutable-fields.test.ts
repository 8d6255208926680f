import { beforeAll, describe, expect, it } from 'vitest';
import { type CustomResource, changed, create, type Patch, tryUpdate } from './custom-resource.ts';
import { installCrds } from './kubectl.ts';

interface Row {
  because: string;
  /** How the stored resource differs from the valid one. */
  before?: Patch;
  /** What is changed in the stored one. */
  change: Patch;
  /** Absent: the change is accepted. */
  field?: string;
}

const IMMUTABLE = 'is immutable';
const secretRef = { name: 'deploy-key', key: 'ssh-privatekey' };
const byId = {
  username: null,
  device: null,
  privateKey: null,
  connection: 'default',
  adoptionPolicy: 'Adopt',
  id: '92',
};

const credentialRows: Row[] = [
  {
    because: 'a record does not move to another PAM',
    before: { connection: 'a' },
    change: { connection: 'b' },
    field: 'spec.connection',
  },
  { because: 'the default connection cannot be left', change: { connection: 'b' }, field: 'spec.connection' },
  {
    because: 'a connection cannot be dropped',
    before: { connection: 'a' },
    change: { connection: null },
    field: 'spec.connection',
  },
  {
    because: 'an identifier names one record',
    before: { identifier: 'a' },
    change: { identifier: 'b' },
    field: 'spec.identifier',
  },
  { because: 'a derived identifier stays derived', change: { identifier: 'b' }, field: 'spec.identifier' },
  {
    because: 'an explicit identifier stays',
    before: { identifier: 'a' },
    change: { identifier: null },
    field: 'spec.identifier',
  },
  {
    because: 'a record does not move to another device',
    change: { device: { hostname: 'other' } },
    field: 'spec.device.hostname',
  },
  { because: 'a device keeps its address', change: { device: { ip: '10.0.0.1' } }, field: 'spec.device.ip' },
  { because: 'a username may change', change: { username: 'renamed' } },
  { because: 'the rest of a device may change', change: { device: { type: 'Server', tags: ['a'] } } },
  {
    because: 'policies may change',
    change: { enabled: false, deletionPolicy: 'Disable', adoptionPolicy: 'Adopt', suspend: true },
  },
  { because: 'content may come later', change: { content: { secretRef } } },
  {
    because: 'a parent may replace content',
    before: { content: { secretRef } },
    change: { content: null, parentId: '7' },
  },
];
const keyRows: Row[] = [
  { because: 'a number names one key', before: byId, change: { id: '93' }, field: 'spec.id' },
  {
    because: 'a key by number stays one',
    before: byId,
    change: { id: null, username: 'a', device: { hostname: 'a', ip: 'b' }, privateKey: { secretRef } },
    field: 'spec.id',
  },
  { because: 'a device does not vanish', change: { device: null }, field: 'spec.device' },
  {
    because: 'a key does not move to another device',
    change: { device: { hostname: 'other' } },
    field: 'spec.device.hostname',
  },
  { because: 'a derived identifier stays derived', change: { identifier: 'b' }, field: 'spec.identifier' },
  {
    because: 'a device of a key keeps its address',
    change: { device: { ip: '10.0.0.1' } },
    field: 'spec.device.ip',
  },
  { because: 'a key does not move to another PAM', change: { connection: 'b' }, field: 'spec.connection' },
  {
    because: 'material may come later',
    before: { privateKey: null, identifier: 'a', adoptionPolicy: 'Adopt' },
    change: { privateKey: { secretRef } },
  },
  { because: 'further devices may change', change: { devices: [{ hostname: 'linux-01' }] } },
];
const connectionRows: Row[] = [
  {
    because: 'identifiers would all change',
    change: { identifierPrefix: 'other' },
    field: 'spec.identifierPrefix',
  },
  { because: 'a PAM may move', change: { url: 'https://other.example.com' } },
  {
    because: 'the way to log in may change',
    change: { auth: { oauth2: null, oauth1: { secretName: 'a' } } },
  },
];

beforeAll(installCrds);

describe.each([
  { kind: 'PamCredential', rows: credentialRows },
  { kind: 'PamSshKey', rows: keyRows },
  { kind: 'PamConnection', rows: connectionRows },
] as const)('D17: a change of a stored $kind', ({ kind, rows }) => {
  it.each(rows.map((row, at) => ({ ...row, at })))('$because', async ({ before = {}, change, field, at }) => {
    const stored = await stores(kind, `immutable-${at}`, before);
    const { status, causes, message } = await tryUpdate(stored, change);
    if (field === undefined) {
      expect({ status, message }).toEqual({ status: 200, message: '' });
    } else {
      const said = causes.filter((cause) => cause.field === field && cause.message.includes(IMMUTABLE));
      expect({ status, said: said.length }, message).toEqual({ status: 422, said: 1 });
    }
  });
});

async function stores(kind: CustomResource['kind'], name: string, spec: Patch): Promise<CustomResource> {
  const resource = changed(kind, spec);
  const stored = { ...resource, metadata: { ...resource.metadata, name } };
  const { status, message } = await create(stored);
  expect({ status, message }).toEqual({ status: 201, message: '' });
  return stored;
}
