import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { device, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

describe('POST credential updates partially', () => {
  const all: JsonObject = {
    ...{ identifier: 'mine', username: 'user', ...device, content: 'pw', additional: 'more', tags: 'a,b' },
    ...{ credential_type: 'Domain user', domain: 'corp', notes: 'outside' },
    execution_settings: { automatic_change: true, change_plugin: 'SSH' },
    session_settings: [{ SSH: true, 'SQL Server': true }],
    additional_settings: [{ criticality: 'High', secret_key: 'SEED', notes: 'inside' }],
  };
  const fields = {
    additional: 'more',
    tags: 'a,b',
    credential_type: 'Domain user',
    domain: 'corp',
    notes: 'inside',
  };
  const mine = { identifier: 'mine', username: 'user', ...device };

  it('keeps what is not sent', async () => {
    await situation.post(all);
    await situation.post(mine);
    expect(situation.pam.store.credential('mine')).toMatchObject({
      ...{ content: 'pw', contentVersion: 1, fields },
      settings: {
        execution_settings: { automatic_change: true, change_plugin: 'SSH' },
        session_settings: { SSH: true, 'SQL Server': true },
        additional_settings: { criticality: 'High', secret_key: 'SEED' },
      },
    });
  });

  it.each([
    { how: 'replace' as const, expected: { change_plugin: 'RPC' } },
    { how: 'merge' as const, expected: { automatic_change: true, change_plugin: 'RPC' } },
  ])('settings blocks: $how', async ({ how, expected }) => {
    situation.pam.switches.settingsBlocks = how;
    await situation.post(all);
    await situation.post({ ...mine, execution_settings: { change_plugin: 'RPC' } });
    expect(situation.pam.store.credential('mine')?.settings.execution_settings).toEqual(expected);
  });

  it('sends an empty text through to the field', async () => {
    await situation.post(all);
    await situation.post({ ...mine, tags: '' });
    expect(situation.pam.store.credential('mine')?.fields.tags).toBe('');
  });

  it('changes the shared device with eight of its parameters', async () => {
    await situation.post({ ...mine, vendor: 'Microsoft', type: 'Server', connectivities: 'SSH:2222' });
    expect(situation.pam.store.devices()[0]).toMatchObject({
      vendor: 'Microsoft',
      type: 'Server',
      connectivities: 'SSH:2222',
    });
  });

  it.each([
    { postEnables: false, enabled: false },
    { postEnables: true, enabled: true },
  ])('leaves a disabled record disabled, or not: $postEnables', async ({ postEnables, enabled }) => {
    situation.pam.switches.postEnables = postEnables;
    const { id } = situation.pam.store.seedCredential({ ...mine, enabled: false });
    await situation.post({ ...mine, content: 'x' });
    expect(situation.pam.store.record(id)).toMatchObject({ enabled, content: 'x' });
  });

  it('moves `change`, in the local time of the server and without a zone', async () => {
    await situation.post(mine);
    const change = (): string | undefined => situation.pam.store.credential('mine')?.change;
    expect(change()).toBe('2026-02-03 10:14:15');
    situation.now = new Date('2026-02-03T13:14:15.999Z');
    await situation.post({ ...mine, content: 'a' });
    expect(change()).toBe('2026-02-03 10:14:15');
    situation.now = new Date('2026-02-04T02:59:59Z');
    await situation.post(mine);
    expect(change()).toBe('2026-02-03 23:59:59');
    situation.pam.switches.changeMovesOnUpdateWithoutContent = false;
    situation.now = new Date('2026-02-05T00:00:00Z');
    await situation.post(mine);
    expect(change()).toBe('2026-02-03 23:59:59');
    await situation.post({ ...mine, content: 'a' });
    expect(change()).toBe('2026-02-04 21:00:00');
  });

  it('gives children the password of their parent', async () => {
    const parent = situation.pam.store.seedCredential({ ...device, username: 'parent', content: 'p' });
    await situation.post({ ...mine, parent_password: Number(parent.id) });
    const byName = { parent_credential: 'user', parent_hostname: device.hostname, parent_ip: device.ip };
    await situation.post({ ...mine, identifier: 'child', username: 'child', execution_settings: byName });
    const fresh = situation.pam.store.rotate(parent.id);
    expect(situation.pam.store.credential('mine')?.content).toBe(fresh);
    expect(situation.pam.store.credential('child')?.content).toBe(fresh);
  });
});
