import { beforeAll, describe, expect, it } from 'vitest';
import { callApi } from './api-server.ts';
import { type CustomResource, changed, collection, create } from './custom-resource.ts';
import { installCrds, kubectl } from './kubectl.ts';

const KINDS: CustomResource['kind'][] = ['PamConnection', 'PamCredential', 'PamSshKey'];
/** Long ago enough for kubectl to count in whole days. */
const since = new Date(Date.now() - 100.5 * 24 * 3600_000).toISOString();

beforeAll(installCrds);

describe.each(KINDS)('a new %s', (kind) => {
  it('is not ready in the eyes of kstatus: its generation was not observed', async () => {
    const { body } = await stores(kind, 'new-status');
    expect(body.status).toEqual({ observedGeneration: -1 });
  });
});

const condition = {
  type: 'Ready',
  status: 'False',
  reason: 'DeviceNotFound',
  message: 'PAM Core error 1011 (device not found): register device w2016',
  observedGeneration: 1,
  lastTransitionTime: since,
};
const recordStatus = { identifier: 'test_default_columns', enabled: true, id: '152', lastSyncTime: since };
const recordColumns = 'NAME READY REASON IDENTIFIER ENABLED LAST SYNC AGE';
const recordRow = 'columns False DeviceNotFound test_default_columns true 100d';
const wideColumns = 'NAME READY REASON IDENTIFIER ENABLED PAM ID MESSAGE LAST SYNC AGE';
const wideRow = `columns False DeviceNotFound test_default_columns true 152 ${condition.message} 100d`;

it.each([
  { name: 'pamcred', kind: 'PamCredential', status: recordStatus, head: recordColumns, row: recordRow },
  { name: 'pamkey', kind: 'PamSshKey', status: recordStatus, head: recordColumns, row: recordRow },
  { name: 'pamcred -o wide', kind: 'PamCredential', status: recordStatus, head: wideColumns, row: wideRow },
  {
    name: 'pamconn',
    kind: 'PamConnection',
    status: { state: { breaker: 'Open' }, resources: { total: 7, ready: 5 } },
    head: 'NAME READY REASON BREAKER URL RESOURCES IN SYNC AGE',
    row: 'columns False DeviceNotFound Open https://pam.example.com 7 5',
  },
] as const)('kubectl get $name shows what matters', async ({ name, kind, status, head, row }) => {
  const { path } = await stores(kind, 'columns');
  const patched = await callApi('PATCH', `${path}/status`, {
    status: { ...status, conditions: [condition] },
  });
  expect({ status: patched.status, message: patched.message }).toEqual({ status: 200, message: '' });
  const [first = '', ...lines] = (await kubectl('get', ...name.split(' '))).split('\n').map(squeezed);
  expect(first).toBe(head);
  expect(
    lines.filter((line) => line.startsWith(`${row} `)),
    lines.join('\n'),
  ).toHaveLength(1);
});

it('kubectl get pam shows all three kinds', async () => {
  await Promise.all(KINDS.map((kind) => stores(kind, 'category')));
  const names = await kubectl('get', 'pam', '-o', 'name');
  expect(names.split('\n')).toEqual(
    expect.arrayContaining([
      'pamconnection.pam-operator.io/category',
      'pamcredential.pam-operator.io/category',
      'pamsshkey.pam-operator.io/category',
    ]),
  );
});

it.each([
  { field: 'pamcredentials.spec.device.hostname', says: 'Hostname of the device in PAM Core' },
  { field: 'pamcredentials.spec.sessionSettings.x11Forward', says: 'X11 forwarding' },
  { field: 'pamsshkeys.spec.id', says: 'Number of an SSH key' },
  { field: 'pamconnections.spec.grants.operations', says: 'What is allowed' },
  { field: 'pamcredentials.status.lastError.since', says: 'First occurrence' },
])('kubectl explain $field', async ({ field, says }) => {
  expect(squeezed(await kubectl('explain', field))).toContain(says);
});

it('a field selector finds the credentials of a device', async () => {
  const hostname = 'selected-host';
  await stores('PamCredential', 'selected', { device: { hostname } });
  const found = await kubectl(
    'get',
    'pamcred',
    '--field-selector',
    `spec.device.hostname=${hostname}`,
    '-o',
    'name',
  );
  expect(found.trim()).toBe('pamcredential.pam-operator.io/selected');
});

it('spec and status are written apart', async () => {
  const { path } = await stores('PamCredential', 'apart');
  await callApi('PATCH', `${path}/status`, { spec: { enabled: true }, status: { id: '7' } });
  const { body } = await callApi('PATCH', path, { status: { id: '8' } });
  expect(body).toMatchObject({ spec: expect.not.objectContaining({ enabled: true }), status: { id: '7' } });
});

async function stores(kind: CustomResource['kind'], name: string, spec = {}) {
  const resource = changed(kind, spec);
  const { status, body, message } = await create({ ...resource, metadata: { ...resource.metadata, name } });
  // 409: another row of the same table made it.
  expect([201, 409], message).toContain(status);
  return { body, path: `${collection(resource)}/${name}` };
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
