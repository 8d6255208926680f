import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawCall } from './raw-client.ts';
import { device, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const hidden = ['hidden-password', 'hidden-seed', 'hidden-field', 'hidden-key', 'hidden-phrase'];

describe('the journal', () => {
  it('notes each call, in order, with what was asked and answered', async () => {
    const headers = { 'x-request-id': 'request-7', 'user-agent': 'pam-operator/0' };
    const body = { identifier: 'mine', username: 'u', ...device, colour: 'red' };
    await situation.client.call('POST', '/iso/pam/credential?debug=1', body, { headers });
    await situation.client.call('PUT', '/api/pam/credential/150');
    expect(situation.pam.journal.entries).toMatchObject([
      { sequence: 1, template: 'TOKEN', authorization: 'default', oauthVersion: undefined, applied: false },
      {
        ...{
          sequence: 2,
          time: '2026-02-03T13:14:15.000Z',
          method: 'POST',
          template: 'C4',
          path: '/iso/pam/credential',
        },
        ...{
          prefix: '/iso',
          queryNames: ['debug'],
          authorization: 'default',
          oauthVersion: '2.0',
          refusal: undefined,
        },
        ...{
          requestId: 'request-7',
          userAgent: 'pam-operator/0',
          contentType: 'application/json',
          identifier: 'mine',
        },
        ...{ body, unknownParameters: ['colour'], inFlight: 1, faults: [], status: 201, code: undefined },
        ...{ applied: true, done: true },
      },
      {
        ...{
          sequence: 3,
          method: 'PUT',
          template: 'C5',
          path: '/api/pam/credential/150',
          id: '150',
          identifier: 'mine',
        },
        ...{ body: {}, status: 400, code: 1043, applied: false },
      },
    ]);
  });

  it('masks every secret, and keeps the names', async () => {
    await situation.post({
      ...{ identifier: 'mine', username: 'u', ...device, content: 'hidden-password' },
      additional_settings: [
        {
          secret_key: 'hidden-seed',
          additional_authentication_fields: [{ name: 'n', short_name: 's', value: 'hidden-field' }],
        },
      ],
    });
    await situation.postKey({
      ...device,
      private_key: 'hidden-key',
      public_key: 'public',
      password: 'hidden-phrase',
    });
    await situation.post({ identifier: 'mine', username: 'u', ...device, content: '' });
    const text = JSON.stringify(situation.pam.journal.entries);
    for (const secret of [...hidden, situation.pam.oauth2.clientSecret]) expect(text).not.toContain(secret);
    const [token, first, key, second] = situation.pam.journal.entries.map(({ body }) => body);
    expect(token).toMatchObject({ client_id: situation.pam.oauth2.clientId, client_secret: '***' });
    const field = { name: 'n', short_name: 's', value: '***' };
    expect(first).toMatchObject({
      content: '***',
      additional_settings: [{ secret_key: '***', additional_authentication_fields: [field] }],
    });
    expect(key).toMatchObject({ private_key: '***', public_key: 'public', password: '***' });
    expect(second).toMatchObject({ content: '' });
  });

  it('answers questions', async () => {
    const { id } = situation.pam.store.seedCredential({ ...device, identifier: 'mine', username: 'u' });
    await situation.post({ identifier: 'mine', username: 'u', ...device });
    await situation.client.call('GET', '/api/pam/credential');
    await situation.client.call('DELETE', `/api/pam/credential/${id}`);
    await situation.client.call('DELETE', `/api/pam/credential/${id}`);
    const { journal } = situation.pam;
    expect(journal.counts()).toEqual({ TOKEN: 1, C4: 1, C1: 1, C6: 2 });
    expect(journal.calls({ identifier: 'mine' }).map(({ template }) => template)).toEqual(['C4', 'C6', 'C6']);
    expect(journal.calls({ template: ['C1', 'C4'] })).toHaveLength(2);
    expect(journal.calls({ template: 'C6', applied: true })).toHaveLength(1);
    expect(journal.calls({ method: 'DELETE', status: 400, id })).toHaveLength(1);
    expect(journal.calls({ authorization: 'other' })).toEqual([]);
    expect(journal.writes().map(({ template }) => template)).toEqual(['C4', 'C6', 'C6']);
    situation.pam.resetJournal();
    expect([journal.entries, journal.maxInFlight()]).toEqual([[], 0]);
    await situation.client.call('GET', '/api/pam/credential');
    expect(journal.entries[0]?.sequence).toBe(6);
  });

  it('and every answer go by the clock that was given', async () => {
    situation.now = new Date('2031-02-03T04:05:06.789Z');
    const answer = await situation.client.call('GET', '/api/pam/credential');
    expect(answer.headers.date).toBe('Mon, 03 Feb 2031 04:05:06 GMT');
    expect(situation.pam.journal.entries.at(-1)?.time).toBe('2031-02-03T04:05:06.789Z');
  });

  it('counts calls in flight', async () => {
    await situation.client.call('GET', '/api/pam/credential');
    situation.pam.faults.add({ kind: 'delay', ms: 60_000 });
    const giveUp = new AbortController();
    const calls = [1, 2, 3].map(() =>
      situation.client
        .call('GET', '/api/pam/credential', undefined, { signal: giveUp.signal })
        .catch(() => undefined),
    );
    await expect.poll(() => situation.pam.journal.maxInFlight()).toBe(3);
    giveUp.abort();
    await Promise.all(calls);
    situation.pam.faults.clear();
    await expect
      .poll(async () => {
        await situation.client.call('GET', '/api/pam/credential');
        return situation.pam.journal.entries.at(-1)?.inFlight;
      })
      .toBe(1);
  });

  it.each([
    { because: 'no JSON', body: 'not json', type: 'application/json' },
    { because: 'an array', body: '[1]', type: 'application/json' },
    { because: 'nothing', body: '', type: 'application/json' },
  ])('takes an unreadable body for an empty one: $because', async ({ body, type }) => {
    const headers = { authorization: await situation.client.authorization(), 'content-type': type };
    const answer = await rawCall(situation.pam.url, 'POST', '/api/pam/credential', { body, headers });
    expect(answer.json).toMatchObject({ exception: { code: 1042 } });
  });

  it('reads form fields as old clients send them', async () => {
    const headers = {
      authorization: await situation.client.authorization(),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const body = new URLSearchParams({
      identifier: 'mine',
      username: 'u',
      ...device,
      content: 'a b',
    }).toString();
    expect((await rawCall(situation.pam.url, 'POST', '/iso/pam/credential', { body, headers })).status).toBe(
      201,
    );
    expect(situation.pam.store.credential('mine')?.content).toBe('a b');
  });
});
