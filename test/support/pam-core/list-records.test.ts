import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { device, messageOf, Situation } from './situation.ts';
import type { Switches } from './switches.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const list = () => situation.client.call('GET', `${situation.pam.switches.prefixes[0]}/pam/credential`);
const entriesOf = async (): Promise<JsonObject[]> => (await list()).json.credentials as JsonObject[];
const idsOf = async (): Promise<unknown[]> => (await entriesOf()).map(({ id }) => id);

describe('the list', () => {
  it('shows credentials and keys with the documented fields and no secret', async () => {
    const { store } = situation.pam;
    store.addDevice({
      ...device,
      model: 'Windows Server 2016',
      type: 'Server',
      vendor: 'Microsoft',
      connectivities: 'RDP:3389,SSH:22',
    });
    const settings = {
      execution_settings: { automatic_change: true },
      additional_settings: { secret_key: 'hidden-seed' },
    };
    store.seedCredential({
      ...device,
      identifier: 'c',
      username: 'u',
      content: 'hidden-password',
      settings,
      expiration: '2024-05-16T17:31:31-03:00',
    });
    store.seedKey({ ...device, identifier: 'k', privateKey: 'hidden-key', passphrase: 'hidden-phrase' });
    const answer = await list();
    const common = {
      ...{
        change: '2026-02-03 10:14:15',
        view: null,
        hostname: 'w2016',
        management_ip: '10.66.33.15',
        type_code: '1',
      },
      ...{ device_model: 'Windows Server 2016', device_type: 'Server', device_vendor: 'Microsoft' },
      ...{ connectivity: 'RDP', connectivity_code: '13' },
    };
    expect(messageOf(answer)).toBe('2 credentials found');
    expect(answer.json.credentials).toEqual([
      {
        id: '150',
        identifier: 'c',
        username: 'u',
        expiration: '2024-05-16T17:31:31-03:00',
        type: 'Local User',
        automatic_change: true,
        ...common,
      },
      {
        id: '151',
        identifier: 'k',
        username: 'usr',
        expiration: null,
        type: 'SSH Key',
        automatic_change: false,
        ...common,
      },
    ]);
    expect(answer.text).not.toContain('hidden');
  });

  it('in 3.32 is short, with tag, text flags and no connectivity', async () => {
    await situation.restart({ dialect: '3.32' });
    situation.pam.store.seedCredential({ ...device, identifier: null });
    const answer = await list();
    expect(answer.json).not.toHaveProperty('code');
    expect(answer.json.credentials).toMatchObject([{ tag: null, automatic_change: '0', connectivity: '' }]);
  });

  it('is 200 when empty', async () => {
    const answer = await list();
    expect([answer.status, messageOf(answer), answer.json.credentials]).toEqual([
      200,
      '0 credentials found',
      [],
    ]);
  });

  it('takes no custody and moves no time', async () => {
    const { id } = situation.pam.store.seedCredential(device);
    const before = situation.pam.store.record(id);
    await list();
    expect(situation.pam.store.custody()).toEqual([]);
    expect(situation.pam.store.record(id)).toEqual(before);
  });

  const rows: { because: string; switches: Partial<Switches>; ids: string[]; message: string }[] = [
    {
      because: 'disabled records are listed',
      switches: {},
      ids: ['150', '151'],
      message: '2 credentials found',
    },
    {
      because: 'disabled records are hidden',
      switches: { disabledListed: false },
      ids: ['150'],
      message: '1 credentials found',
    },
    {
      because: 'the message counts more',
      switches: { listMessageOffset: 3 },
      ids: ['150', '151'],
      message: '5 credentials found',
    },
    { because: 'the list is cut', switches: { listLimit: 1 }, ids: ['150'], message: '2 credentials found' },
  ];
  it.each(rows)('$because', async ({ switches, ids, message }) => {
    Object.assign(situation.pam.switches, switches);
    situation.pam.store.seedCredential({ ...device, username: 'active' });
    situation.pam.store.seedCredential({ ...device, username: 'inactive', enabled: false });
    situation.pam.store.seedCredential({ ...device, username: 'theirs', grantedTo: [] });
    expect(await idsOf()).toEqual(ids);
    expect(messageOf(await list())).toBe(message);
  });

  it('lags: births, renames and toggles show later', async () => {
    situation.pam.switches.listLagMs = 3_000;
    const { id } = situation.pam.store.seedCredential({ ...device, identifier: 'first' });
    expect(await idsOf()).toEqual([]);
    situation.now = new Date(situation.now.getTime() + 3_000);
    expect(await idsOf()).toEqual([id]);
    situation.pam.store.administratorRenames(id, { identifier: 'second' });
    expect(await entriesOf()).toMatchObject([{ identifier: 'first' }]);
    situation.now = new Date(situation.now.getTime() + 2_999);
    expect(await entriesOf()).toMatchObject([{ identifier: 'first' }]);
    situation.now = new Date(situation.now.getTime() + 1);
    expect(await entriesOf()).toMatchObject([{ identifier: 'second', change: '2026-02-03 10:14:18' }]);
  });

  it('shows what happens behind the API: rotation, an administrator, a restore', async () => {
    const { store } = situation.pam;
    const { id } = store.seedCredential({ ...device, content: 'pw' });
    situation.now = new Date('2026-02-04T00:00:00Z');
    const rotated = store.rotate(id);
    expect(rotated).not.toBe('pw');
    expect(store.record(id)).toMatchObject({ content: rotated, contentVersion: 2 });
    expect(await entriesOf()).toMatchObject([{ change: '2026-02-03 21:00:00' }]);
    situation.now = new Date('2026-02-04T00:00:01Z');
    store.administratorDisables(id);
    expect(await entriesOf()).toMatchObject([{ change: '2026-02-03 21:00:01' }]);
    store.setChange(id, '2026-01-01 00:00:00');
    expect(await entriesOf()).toMatchObject([{ change: '2026-01-01 00:00:00' }]);
    store.forget(id);
    expect(await idsOf()).toEqual([]);
  });
});
