import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BearerClient, type RawAnswer } from './raw-client.ts';
import { codeOf, credentialOf, device, messageOf, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const path = '/api/pam/credential';

describe('custody', () => {
  it.each([
    { because: 'automatic change is on: releasing rotates', automatic_change: true as const, rotates: true },
    { because: 'automatic change as text', automatic_change: '1', rotates: true },
    { because: 'automatic change is off: nothing rotates', automatic_change: false as const, rotates: false },
  ])('$because', async ({ automatic_change, rotates }) => {
    const settings = { execution_settings: { automatic_change } };
    const { id, change } = situation.pam.store.seedCredential({ ...device, content: 'pw', settings });
    situation.now = new Date('2026-02-03T14:00:00Z');
    await situation.client.call('GET', `${path}/${id}`);
    expect(situation.pam.store.custody()).toEqual([
      { id, authorization: 'default', since: '2026-02-03 11:00:00' },
    ]);
    expect(situation.pam.store.record(id)).toMatchObject({
      view: '2026-02-03 11:00:00',
      change,
      content: 'pw',
    });
    const released = await situation.client.call('DELETE', `${path}/custody/${id}`);
    expect(messageOf(released)).toBe(`Credential custody ${id} released`);
    expect(situation.pam.store.custody()).toEqual([]);
    const record = situation.pam.store.record(id);
    expect(record?.kind === 'credential' && record.content !== 'pw').toBe(rotates);
    expect(record?.change !== change).toBe(rotates);
    expect(codeOf(await situation.client.call('DELETE', `${path}/custody/${id}`))).toBe(1018);
  });

  it('custody of another authorization is not ours to release', async () => {
    const { id } = situation.pam.store.seedCredential({ ...device });
    situation.pam.store.takeCustody(id, 'somebody');
    expect(codeOf(await situation.client.call('DELETE', `${path}/custody/${id}`))).toBe(1018);
    expect(situation.pam.store.custody()).toHaveLength(1);
  });
});

describe('records belong to whoever made them', () => {
  it('until they are granted', async () => {
    const second = situation.pam.addAuthorization({ label: 'second' });
    if (second.oauth2 === undefined) throw new Error('no keys');
    const stranger = new BearerClient(situation.pam, second.oauth2);
    const { id } = credentialOf(await situation.post({ identifier: 'mine', username: 'user', ...device }));
    const disable = (): Promise<RawAnswer> => stranger.call('DELETE', `${path}/${id}`);
    expect(codeOf(await disable())).toBe(1009);
    situation.pam.store.grant(String(id), 'second');
    expect((await disable()).status).toBe(200);
    situation.pam.store.revoke(String(id), 'default');
    expect(codeOf(await situation.client.call('PUT', `${path}/${id}`))).toBe(1009);
  });
});
