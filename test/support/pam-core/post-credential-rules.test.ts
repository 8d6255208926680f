import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { credentialOf, device, messageOf, otherDevice as other, Situation } from './situation.ts';
import type { SeedCredential } from './store.ts';
import type { Switches } from './switches.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const registered = 'Credential successfully registered!';
const updated = 'Credential updated successfully!';

describe('POST credential hits the record that the vendor rules say', () => {
  const seed: SeedCredential = { ...device, identifier: 'old', username: 'user', content: 'before' };
  const rows: {
    because: string;
    sent: JsonObject;
    switches?: Partial<Switches>;
    message: string;
    record: JsonObject;
  }[] = [
    {
      because: 'known identifier, known username',
      sent: { identifier: 'old', username: 'user' },
      message: updated,
      record: { id: '150', identifier: 'old', username: 'user' },
    },
    {
      because: 'known identifier beats username: a rename',
      sent: { identifier: 'old', username: 'renamed' },
      message: updated,
      record: { id: '150', identifier: 'old', username: 'renamed' },
    },
    {
      because: 'new identifier, known username: a takeover',
      sent: { identifier: 'new', username: 'user' },
      message: updated,
      record: { id: '150', identifier: 'new', username: 'user' },
    },
    {
      because: 'new identifier, new username',
      sent: { identifier: 'new', username: 'fresh' },
      message: registered,
      record: { id: '151', identifier: 'new', username: 'fresh' },
    },
    {
      because: 'new identifier, known username on another device',
      sent: { identifier: 'new', username: 'user', ...other },
      message: registered,
      record: { id: '151', identifier: 'new', ...other },
    },
    {
      because: 'no identifier, known username',
      sent: { username: 'user' },
      message: updated,
      record: { id: '150', identifier: 'old' },
    },
    {
      because: 'an empty identifier counts as none',
      sent: { identifier: '', username: 'user' },
      message: updated,
      record: { id: '150', identifier: 'old' },
    },
    {
      because: 'no identifier, new username: a UUIDv7',
      sent: { username: 'fresh' },
      message: registered,
      record: {
        id: '151',
        identifier: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/),
      },
    },
    {
      because: 'an empty username becomes usr',
      sent: { identifier: 'new', username: '' },
      message: registered,
      record: { id: '151', username: 'usr' },
    },
    {
      because: 'identifiers differ in case',
      sent: { identifier: 'OLD', username: 'fresh' },
      message: registered,
      record: { id: '151', identifier: 'OLD' },
    },
    {
      because: 'ignoreCase',
      switches: { ignoreCase: true },
      sent: { identifier: 'OLD', username: 'fresh' },
      message: updated,
      record: { id: '150', identifier: 'OLD' },
    },
    {
      because: 'before 3.33.1 the identifier is made anew',
      switches: { updateWithoutIdentifier: 'regenerate' },
      sent: { username: 'user' },
      message: updated,
      record: { id: '150', identifier: expect.stringMatching(/-7[0-9a-f]{3}-/) },
    },
    {
      because: 'in 3.32 no identifier is made',
      switches: { generateIdentifier: false },
      sent: { username: 'fresh' },
      message: registered,
      record: { id: '151', identifier: null },
    },
    {
      because: 'known identifier moves to another device',
      sent: { identifier: 'old', username: 'user', ...other },
      message: updated,
      record: { id: '150', ...other },
    },
    {
      because: 'otherDevice: ignore',
      switches: { otherDevice: 'ignore' },
      sent: { identifier: 'old', username: 'user', ...other },
      message: updated,
      record: { id: '150', ...device },
    },
    {
      because: 'the inner identifier counts where no other is sent',
      sent: { username: 'fresh', additional_settings: [{ identifier: 'inner' }] },
      message: registered,
      record: { identifier: 'inner' },
    },
    {
      because: 'the outer identifier wins over the inner one',
      sent: { username: 'fresh', identifier: 'outer', additional_settings: { identifier: 'inner' } },
      message: registered,
      record: { identifier: 'outer' },
    },
  ];
  it.each(rows)('$because', async ({ sent, switches = {}, message, record }) => {
    Object.assign(situation.pam.switches, switches);
    situation.pam.store.seedCredential(seed);
    const answer = await situation.post({ ...device, content: 'after', ...sent });
    expect(answer.status).toBe(201);
    expect(messageOf(answer)).toBe(message);
    const { id, identifier } = credentialOf(answer);
    expect(situation.pam.store.record(String(id))).toMatchObject({ content: 'after', ...record, identifier });
    expect({ id, identifier }).toMatchObject({
      ...(record.id === undefined ? {} : { id: record.id }),
      ...(record.identifier === undefined ? {} : { identifier: record.identifier }),
    });
    expect(situation.pam.store.credentials()).toHaveLength(message === updated ? 1 : 2);
    if (message === registered)
      expect(situation.pam.store.record('150')).toMatchObject({ content: 'before' });
  });
});
