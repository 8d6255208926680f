import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, device, keyOf, messageOf, otherDevice, Situation } from './situation.ts';
import type { Dialect } from './switches.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

describe('GET, PUT and DELETE key', () => {
  const rows: {
    because: string;
    method: string;
    id: string;
    dialect?: Dialect;
    readOnly?: boolean;
    code?: number;
    message: string;
  }[] = [
    { because: 'read', method: 'GET', id: '150', message: 'Key 150' },
    { because: 'read, unknown', method: 'GET', id: '999', code: 1015, message: '1015: SSH key not found' },
    {
      because: 'read a credential',
      method: 'GET',
      id: '153',
      code: 1016,
      message: '1016: The item is not a ssh key',
    },
    {
      because: "read somebody else's",
      method: 'GET',
      id: '152',
      code: 1009,
      message: '1009: No access to credential',
    },
    { because: 'read a disabled one', method: 'GET', id: '151', code: 1017, message: '1017: Key inactive' },
    { because: 'enable', method: 'PUT', id: '151', message: 'Key successfully activated' },
    {
      because: 'enable again',
      method: 'PUT',
      id: '150',
      code: 1045,
      message: '1045: Ssh key is already activated',
    },
    { because: 'enable unknown', method: 'PUT', id: '999', code: 1015, message: '1015: SSH key not found' },
    {
      because: 'enable a credential',
      method: 'PUT',
      id: '153',
      code: 1016,
      message: '1016: The item is not a ssh key',
    },
    {
      because: "enable somebody else's",
      method: 'PUT',
      id: '152',
      code: 1009,
      message: '1009: No access to credential',
    },
    {
      because: "enable somebody else's in 3.32",
      dialect: '3.32',
      method: 'PUT',
      id: '152',
      code: 1009,
      message: '1009:No access to credential',
    },
    {
      because: 'enable with read-only',
      method: 'PUT',
      id: '151',
      readOnly: true,
      code: 1039,
      message: '1039: Without PAM Configuration Access permission',
    },
    { because: 'disable', method: 'DELETE', id: '150', message: 'Key successfully deactivated' },
    { because: 'disable again', method: 'DELETE', id: '151', code: 1017, message: '1017: Key inactive' },
    {
      because: 'disable unknown',
      method: 'DELETE',
      id: '999',
      code: 1015,
      message: '1015: SSH key not found',
    },
    {
      because: 'disable a credential',
      method: 'DELETE',
      id: '153',
      code: 1016,
      message: '1016: The item is not a ssh key',
    },
    {
      because: "disable somebody else's",
      method: 'DELETE',
      id: '152',
      code: 1009,
      message: '1009: No access to credential',
    },
    {
      because: 'disable with read-only',
      method: 'DELETE',
      id: '150',
      readOnly: true,
      code: 1039,
      message: '1039: Without PAM Configuration Access permission',
    },
  ];
  it.each(rows)('$because', async ({ method, id, dialect, readOnly = false, code, message }) => {
    if (dialect !== undefined) await situation.restart({ dialect });
    const { store, switches, authorization } = situation.pam;
    if (readOnly) authorization.permission = 'read';
    store.seedKey(device);
    store.seedKey({ ...device, enabled: false });
    store.seedKey({ ...device, grantedTo: [] });
    store.seedCredential(device);
    const states = () => store.records().map(({ enabled }) => enabled);
    const before = states();
    const answer = await situation.client.call(method, `${switches.prefixes[0]}/pam/key/${id}`);
    expect(messageOf(answer)).toBe(message);
    expect([answer.status, codeOf(answer)]).toEqual(code === undefined ? [200, undefined] : [400, code]);
    const isToggle = code === undefined && method !== 'GET';
    expect(states().filter((enabled, index) => enabled !== before[index])).toHaveLength(isToggle ? 1 : 0);
  });

  it('GET shows the private key, no identifier, and takes custody', async () => {
    const { id } = situation.pam.store.seedKey({
      ...device,
      identifier: 'k',
      privateKey: 'PRIVATE',
      passphrase: 'pp',
      devices: ['w2019'],
      tags: 'a,b',
    });
    const key = keyOf(await situation.client.call('GET', `/api/pam/key/${id}`));
    expect(key).toEqual({
      ...{
        id,
        username: 'usr',
        key_name: '',
        ...device,
        private_key: 'PRIVATE',
        public_key: 'public',
        password: 'pp',
      },
      ...{ devices: [otherDevice], expiration_time: null },
    });
    expect(situation.pam.store.custody()).toMatchObject([{ id }]);
    situation.pam.switches.pages = '3.32';
    expect(keyOf(await situation.client.call('GET', `/api/pam/key/${id}`)).tags).toEqual(['a', 'b']);
  });
});
