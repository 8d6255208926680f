import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { codeOf, device, keyOf, messageOf, otherDevice, Situation } from './situation.ts';
import type { Switches } from './switches.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const valid = { identifier: 'k', ...device, private_key: 'private', public_key: 'public' };
const registered = 'Key successfully registered!';
const updated = 'Key updated successfully!';

function without(...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(valid).filter(([name]) => !names.includes(name)));
}

describe('POST key', () => {
  const rows: {
    because: string;
    sent: JsonObject;
    message: string;
    key: JsonObject;
    switches?: Partial<Switches>;
  }[] = [
    {
      because: 'a known identifier updates',
      sent: { ...valid, identifier: 'old' },
      message: updated,
      key: { id: '150', identifier: 'old', privateKey: 'private' },
    },
    {
      because: 'a new identifier creates, also with a known username on the device',
      sent: { ...valid, username: 'user' },
      message: registered,
      key: { id: '151', identifier: 'k', username: 'user' },
    },
    {
      because: 'no identifier always creates',
      sent: { ...without('identifier'), username: 'user' },
      message: registered,
      key: { id: '151', identifier: expect.stringMatching(/-7[0-9a-f]{3}-/) },
    },
    {
      because: 'in 3.32 no identifier is made',
      sent: without('identifier'),
      switches: { generateIdentifier: false },
      message: registered,
      key: { identifier: null },
    },
    { because: 'the username defaults to usr', sent: valid, message: registered, key: { username: 'usr' } },
    {
      because: 'created disabled',
      sent: { ...valid, enabled: false },
      message: registered,
      key: { enabled: false },
    },
    { because: 'created enabled', sent: valid, message: registered, key: { enabled: true } },
    {
      because: 'an update keeps what is not sent',
      sent: { ...valid, identifier: 'old' },
      message: updated,
      key: { username: 'user', enabled: false, tags: 't', keyName: 'n', passphrase: 'p', devices: ['w2019'] },
    },
    {
      because: 'an update may enable',
      sent: { ...valid, identifier: 'old' },
      switches: { postEnables: true },
      message: updated,
      key: { enabled: true },
    },
    {
      because: 'an update with enabled sets the state',
      sent: { ...valid, identifier: 'old', enabled: true },
      message: updated,
      key: { enabled: true },
    },
    {
      because: 'everything at once',
      sent: {
        ...valid,
        username: 'u',
        tags: 'a,b',
        key_name: 'kn',
        password: 'pp',
        devices: [{ hostname: 'w2019' }],
      },
      message: registered,
      key: { username: 'u', tags: 'a,b', keyName: 'kn', passphrase: 'pp', devices: ['w2019'] },
    },
    {
      because: 'a period is fine in a key identifier',
      sent: { ...valid, identifier: 'a.b' },
      message: registered,
      key: { identifier: 'a.b' },
    },
    {
      because: 'in 3.32 an update may leave the material out',
      sent: { identifier: 'old', tags: 'x' },
      switches: { keyUpdateNeedsMaterial: false },
      message: updated,
      key: { privateKey: 'old private', tags: 'x', contentVersion: 1 },
    },
  ];
  it.each(rows)('$because', async ({ sent, message, key, switches = {} }) => {
    Object.assign(situation.pam.switches, switches);
    const material = {
      privateKey: 'old private',
      publicKey: 'old public',
      passphrase: 'p',
      keyName: 'n',
      tags: 't',
    };
    situation.pam.store.seedKey({
      ...device,
      identifier: 'old',
      username: 'user',
      enabled: false,
      ...material,
      devices: ['w2019'],
    });
    const answer = await situation.postKey(sent);
    expect([answer.status, messageOf(answer)]).toEqual([201, message]);
    expect(situation.pam.store.record(String(keyOf(answer).id))).toMatchObject(key);
    expect(situation.pam.store.keys()).toHaveLength(message === updated ? 1 : 2);
  });

  it('names devices it does not know, and assigns the others', async () => {
    const devices = [{ hostname: 'w2019' }, { hostname: 'nowhere' }];
    const answer = await situation.postKey({ ...valid, devices });
    expect(answer.status).toBe(201);
    expect(keyOf(answer)).toMatchObject({ devices: [otherDevice], devices_error: [{ hostname: 'nowhere' }] });
    await situation.postKey({ ...valid, devices: [] });
    expect(situation.pam.store.key('k')?.devices).toEqual([]);
  });

  it('shares its ids with credentials', async () => {
    await situation.post({ ...device, username: 'a', identifier: 'c' });
    expect(keyOf(await situation.postKey(valid)).id).toBe('151');
  });

  const refusals: {
    because: string;
    sent: JsonObject;
    code: number;
    switches?: Partial<Switches>;
    readOnly?: boolean;
  }[] = [
    { because: 'read-only, before everything', sent: {}, code: 1039, readOnly: true },
    { because: 'hostname absent, before ip', sent: without('hostname', 'ip'), code: 1004 },
    { because: 'ip absent, before the public key', sent: without('ip', 'public_key'), code: 1005 },
    {
      because: 'public key absent, before the private one',
      sent: without('public_key', 'private_key'),
      code: 1013,
    },
    {
      because: 'private key absent, before the device',
      sent: { ...without('private_key'), ip: '1.1.1.1' },
      code: 1014,
    },
    { because: 'private key empty', sent: { ...valid, private_key: '' }, code: 1014 },
    {
      because: 'an update needs the material too',
      sent: { ...without('private_key'), identifier: 'old' },
      code: 1014,
    },
    { because: 'no such device', sent: { ...valid, hostname: 'nowhere' }, code: 1011 },
    { because: "somebody else's", sent: { ...valid, identifier: 'theirs' }, code: 1009 },
    {
      because: 'the identifier rule by switch',
      sent: { ...valid, identifier: 'a.b' },
      switches: { identifierRuleForKeys: true },
      code: 1053,
    },
    {
      because: 'the identifier of a credential by switch',
      sent: { ...valid, identifier: 'a-credential' },
      switches: { identifierScope: 'shared' },
      code: 1016,
    },
  ];
  it.each(refusals)('$code: $because', async ({ sent, code, switches = {}, readOnly = false }) => {
    Object.assign(situation.pam.switches, switches);
    if (readOnly) situation.pam.authorization.permission = 'read';
    situation.pam.store.seedKey({ ...device, identifier: 'old' });
    situation.pam.store.seedKey({ ...device, identifier: 'theirs', grantedTo: [] });
    situation.pam.store.seedCredential({ ...device, identifier: 'a-credential' });
    const before = situation.pam.store.records();
    const answer = await situation.postKey(sent);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(situation.pam.store.records()).toEqual(before);
  });
});
