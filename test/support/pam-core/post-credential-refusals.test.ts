import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { codeOf, device, messageOf, otherDevice as other, Situation } from './situation.ts';
import type { Switches } from './switches.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

describe('POST credential refuses, in this order', () => {
  const valid = { ...device, identifier: 'mine', username: 'user' };
  const jit = { jit: true, credential_creation_and_deletion: true };
  const plugins = { credential_creation_plugin: 'SSH', credential_deletion_plugin: 'SSH' };
  const without = (...names: string[]): JsonObject =>
    Object.fromEntries(Object.entries(valid).filter(([name]) => !names.includes(name)));
  const rows: {
    because: string;
    sent: JsonObject;
    code: number;
    switches?: Partial<Switches>;
    readOnly?: boolean;
  }[] = [
    { because: 'read-only authorization, before everything', sent: {}, code: 1039, readOnly: true },
    { because: 'username absent, before hostname', sent: without('username', 'hostname'), code: 1042 },
    { because: 'hostname absent, before ip', sent: without('hostname', 'ip'), code: 1004 },
    {
      because: 'ip absent, before the identifier',
      sent: { ...without('ip'), identifier: 'a b' },
      code: 1005,
    },
    {
      because: 'a space in the identifier, before the domain',
      sent: { ...valid, identifier: 'a b', device_domain: 'x' },
      code: 1053,
    },
    { because: 'a period in the identifier', sent: { ...valid, identifier: 'a.b' }, code: 1053 },
    {
      because: 'an unknown device domain, before the device',
      sent: { ...valid, ip: '1.1.1.1', device_domain: 'x' },
      code: 1029,
    },
    {
      because: 'a space between device domains',
      sent: { ...valid, device_domain: 'testlab.com, demo.lab.com' },
      code: 1029,
    },
    {
      because: 'an unknown domain by switch',
      sent: { ...valid, domain: 'x' },
      switches: { domainMustExist: true },
      code: 1029,
    },
    { because: 'no such ip on this hostname', sent: { ...valid, ip: '1.1.1.1' }, code: 1011 },
    {
      because: 'no such hostname, before plugins',
      sent: { ...valid, hostname: 'x', jit_settings: jit },
      code: 1011,
    },
    { because: 'JIT plugin missing', sent: { ...valid, jit_settings: jit }, code: 1046 },
    {
      because: 'JIT plugin not registered',
      sent: { ...valid, jit_settings: { ...jit, ...plugins, credential_deletion_plugin: 'X' } },
      code: 1046,
    },
    {
      because: 'JIT template missing',
      sent: { ...valid, jit_settings: [{ ...jit, ...plugins }] },
      code: 1047,
    },
    {
      because: 'identifier and username of two records',
      sent: { ...valid, identifier: 'theirs', username: 'second' },
      code: 1052,
    },
    {
      because: 'another device by switch',
      sent: { ...valid, ...other, identifier: 'second' },
      switches: { otherDevice: 'refuse' },
      code: 1052,
    },
    {
      because: 'a record of somebody else',
      sent: { ...valid, identifier: 'theirs', username: 'theirs' },
      code: 1009,
    },
    { because: "takeover of somebody else's record", sent: { ...valid, username: 'theirs' }, code: 1009 },
    {
      because: 'the identifier of a key by switch',
      sent: { ...valid, identifier: 'a-key' },
      switches: { identifierScope: 'shared' },
      code: 1010,
    },
  ];
  it.each(rows)('$code: $because', async ({ sent, code, switches = {}, readOnly = false }) => {
    Object.assign(situation.pam.switches, switches);
    if (readOnly) situation.pam.authorization.permission = 'read';
    situation.pam.store.seedCredential({
      ...device,
      identifier: 'theirs',
      username: 'theirs',
      grantedTo: [],
    });
    situation.pam.store.seedCredential({ ...device, identifier: 'second', username: 'second' });
    situation.pam.store.seedKey({ ...device, identifier: 'a-key' });
    const before = situation.pam.store.records();
    const answer = await situation.post(sent);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(situation.pam.store.records()).toEqual(before);
    expect(situation.pam.journal.entries.at(-1)).toMatchObject({
      template: 'C4',
      status: 400,
      code,
      applied: false,
    });
  });

  it('an unknown owner is HTTP 500', async () => {
    const answer = await situation.post({
      ...valid,
      additional_settings: [{ user_credential_owner: 'nobody' }],
    });
    expect([answer.status, messageOf(answer)]).toEqual([500, 'Unexpected error']);
    const fine = await situation.post({
      ...valid,
      additional_settings: [{ user_credential_owner: 'admin' }],
    });
    expect(fine.status).toBe(201);
  });

  it.each([
    { because: 'a period by switch', switches: { identifierRule: 'period' as const }, identifier: 'a.b' },
    { because: 'anything in 3.32', switches: { identifierRule: 'any' as const }, identifier: 'ä b' },
    { because: 'a UUID', switches: {}, identifier: '018fe9a6-541d-7380-99b6-56051b71a475' },
  ])('accepts $because', async ({ switches, identifier }) => {
    Object.assign(situation.pam.switches, switches);
    expect((await situation.post({ ...valid, identifier })).status).toBe(201);
  });

  it('accepts several registered device domains and both JIT scenarios of the page', async () => {
    const creation = {
      credential_creation_plugin: 'SSH',
      credential_creation_template: 'Linux - Create User',
    };
    const deletion = {
      credential_deletion_plugin: 'SSH',
      credential_deletion_template: 'Linux - Remove User',
    };
    const sent = {
      device_domain: 'testlab.com,demo.lab.com',
      jit_settings: { ...jit, ...creation, ...deletion },
    };
    expect((await situation.post({ ...valid, ...sent })).status).toBe(201);
  });
});
