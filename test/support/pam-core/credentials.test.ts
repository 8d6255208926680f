import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, credentialOf, device, messageOf, Situation } from './situation.ts';
import type { Dialect, Switches } from './switches.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const path = '/api/pam/credential';
const updated = 'Credential updated successfully!';

describe('GET, PUT and DELETE credential', () => {
  type Row = {
    because: string;
    method: string;
    at: string;
    dialect?: Dialect;
    switches?: Partial<Switches>;
    readOnly?: boolean;
    code?: number;
    message: string;
  };
  const rows: Row[] = [
    { because: 'read by id', method: 'GET', at: '150', message: 'Credential 150' },
    { because: 'read by name', method: 'GET', at: 'active@w2016', message: 'Credential 150' },
    { because: 'read by an encoded name', method: 'GET', at: 'active%40w2016', message: 'Credential 150' },
    { because: 'read, unknown', method: 'GET', at: '999', code: 1007, message: '1007: Credential not found' },
    {
      because: 'read by unknown name',
      method: 'GET',
      at: 'nobody@w2016',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'split at the first @',
      method: 'GET',
      at: 'me@corp.test@w2016',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'an identifier is no id',
      method: 'GET',
      at: 'active',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'read a key',
      method: 'GET',
      at: '154',
      code: 1010,
      message: '1010: The item is not a credential',
    },
    {
      because: "read somebody else's",
      method: 'GET',
      at: '152',
      code: 1009,
      message: '1009: No access to credential',
    },
    {
      because: 'read a disabled one',
      method: 'GET',
      at: '151',
      code: 1008,
      message: '1008: Credential inactive',
    },
    {
      because: 'read a disabled one by switch',
      method: 'GET',
      at: '151',
      switches: { readDisabledCredential: 'allowed' },
      message: 'Credential 151',
    },
    {
      because: 'read works for read-only',
      method: 'GET',
      at: '150',
      readOnly: true,
      message: 'Credential 150',
    },
    { because: 'enable', method: 'PUT', at: '151', message: 'Credential successfully activated' },
    {
      because: 'enable again',
      method: 'PUT',
      at: '150',
      code: 1043,
      message: '1043: Credential is already activated!',
    },
    {
      because: 'enable again in 3.32',
      method: 'PUT',
      at: '150',
      dialect: '3.32',
      code: 1017,
      message: '1017: Credential is already active',
    },
    {
      because: 'enable unknown',
      method: 'PUT',
      at: '999',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'enable a key',
      method: 'PUT',
      at: '154',
      code: 1010,
      message: '1010: The item is not a credential',
    },
    {
      because: "enable somebody else's",
      method: 'PUT',
      at: '152',
      code: 1009,
      message: '1009: No access to credential',
    },
    {
      because: 'enable with read-only',
      method: 'PUT',
      at: '999',
      readOnly: true,
      code: 1039,
      message: '1039: Without PAM Configuration Access permission',
    },
    { because: 'disable', method: 'DELETE', at: '150', message: 'Credential successfully deactivated' },
    {
      because: 'disable by name',
      method: 'DELETE',
      at: 'active@w2016',
      message: 'Credential successfully deactivated',
    },
    {
      because: 'disable again',
      method: 'DELETE',
      at: '151',
      code: 1008,
      message: '1008: Credential inactive',
    },
    {
      because: 'disable again by name',
      method: 'DELETE',
      at: 'inactive@w2016',
      code: 1008,
      message: '1008: Credential inactive',
    },
    {
      because: 'disable again in 3.32',
      method: 'DELETE',
      at: '151',
      dialect: '3.32',
      code: 1017,
      message: '1017: Credential inactive',
    },
    {
      because: 'disable unknown',
      method: 'DELETE',
      at: '999',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'disable a username with @ by name',
      method: 'DELETE',
      at: 'me@corp.test@w2016',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'disable a key',
      method: 'DELETE',
      at: '154',
      code: 1010,
      message: '1010: The item is not a credential',
    },
    {
      because: "disable somebody else's",
      method: 'DELETE',
      at: '152',
      code: 1009,
      message: '1009: No access to credential',
    },
    {
      because: 'disable with read-only',
      method: 'DELETE',
      at: '150',
      readOnly: true,
      code: 1039,
      message: '1039: Without PAM Configuration Access permission',
    },
    {
      because: 'release custody that nobody took',
      method: 'DELETE',
      at: 'custody/150',
      code: 1018,
      message: '1018: The credential is not in the user custody',
    },
    {
      because: 'release custody of an unknown',
      method: 'DELETE',
      at: 'custody/999',
      code: 1007,
      message: '1007: Credential not found',
    },
    {
      because: 'release custody of a key',
      method: 'DELETE',
      at: 'custody/154',
      code: 1010,
      message: '1010: The item is not a credential',
    },
    {
      because: "release custody of somebody else's",
      method: 'DELETE',
      at: 'custody/152',
      code: 1009,
      message: '1009: No access to credential',
    },
    {
      because: 'release custody of a disabled one',
      method: 'DELETE',
      at: 'custody/151',
      code: 1008,
      message: '1008: Credential inactive',
    },
    {
      because: 'release custody with read-only',
      method: 'DELETE',
      at: 'custody/150',
      readOnly: true,
      code: 1039,
      message: '1039: Without PAM Configuration Access permission',
    },
  ];
  it.each(rows)(
    '$because',
    async ({ method, at, dialect, switches = {}, readOnly = false, code, message }) => {
      if (dialect !== undefined) await situation.restart({ dialect });
      Object.assign(situation.pam.switches, switches);
      if (readOnly) situation.pam.authorization.permission = 'read';
      situation.pam.store.seedCredential({ ...device, identifier: 'active', username: 'active' });
      situation.pam.store.seedCredential({ ...device, username: 'inactive', enabled: false });
      situation.pam.store.seedCredential({ ...device, username: 'theirs', grantedTo: [] });
      situation.pam.store.seedCredential({ ...device, username: 'me@corp.test' });
      situation.pam.store.seedKey({ ...device });
      const states = () => situation.pam.store.records().map(({ enabled }) => enabled);
      const before = states();
      const answer = await situation.client.call(
        method,
        `${situation.pam.switches.prefixes[0]}/pam/credential/${at}`,
      );
      expect(messageOf(answer)).toBe(message);
      expect([answer.status, codeOf(answer)]).toEqual(code === undefined ? [200, undefined] : [400, code]);
      const isToggle = code === undefined && method !== 'GET';
      expect(states().filter((enabled, index) => enabled !== before[index])).toHaveLength(isToggle ? 1 : 0);
      expect(situation.pam.journal.entries.at(-1)?.applied).toBe(isToggle);
    },
  );

  it('disable and enable again keep id, identifier and content', async () => {
    const { id, content } = situation.pam.store.seedCredential({
      ...device,
      identifier: 'mine',
      content: 'pw',
    });
    await situation.client.call('DELETE', `${path}/${id}`);
    const again = await situation.post({ identifier: 'mine', username: 'usr', ...device });
    expect([messageOf(again), credentialOf(again).id]).toEqual([updated, id]);
    await situation.client.call('PUT', `${path}/${id}`);
    expect(situation.pam.store.record(id)).toMatchObject({ enabled: true, content });
  });

  it('a path without its id is HTTP 500', async () => {
    const answer = await situation.client.call('GET', `${path}/`);
    expect([answer.status, messageOf(answer)]).toEqual([500, 'Unexpected error']);
  });
});
