import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultInput } from './fault.ts';
import { type FaultSubject, Faults } from './faults.ts';
import type { JsonObject } from './json-value.ts';
import { codeOf, device, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

describe('which calls a fault hits', () => {
  const subject: FaultSubject = {
    method: 'POST',
    template: 'C4',
    path: '/api/pam/credential',
    identifier: 'a',
    authorization: 'default',
  };
  const rows: { because: string; match: FaultInput['match']; fires: boolean }[] = [
    { because: 'everything', match: undefined, fires: true },
    { because: 'its method', match: { method: 'POST' }, fires: true },
    { because: 'another method', match: { method: 'PUT' }, fires: false },
    { because: 'its endpoint', match: { path: 'C4' }, fires: true },
    { because: 'another endpoint', match: { path: 'K1' }, fires: false },
    { because: 'its path', match: { path: /^\/api\// }, fires: true },
    { because: 'another path', match: { path: /^\/iso\// }, fires: false },
    { because: 'its identifier', match: { identifier: 'a' }, fires: true },
    { because: 'another identifier', match: { identifier: 'b' }, fires: false },
    { because: 'its authorization', match: { authorization: 'default' }, fires: true },
    { because: 'another authorization', match: { authorization: 'other' }, fires: false },
    { because: 'all but one fit', match: { method: 'POST', path: 'C4', identifier: 'b' }, fires: false },
  ];
  it.each(rows)('$because', ({ match, fires }) => {
    const faults = new Faults();
    const handle = faults.add({ kind: 'empty-body', ...(match === undefined ? {} : { match }) });
    expect(faults.take(subject)).toHaveLength(fires ? 1 : 0);
    expect(handle.fired()).toBe(fires ? 1 : 0);
  });

  it('fires after some calls and so many times, then lets the next fault have its turn', () => {
    const faults = new Faults();
    const first = faults.add({ kind: 'empty-body', match: { after: 1, times: 2 } });
    const second = faults.add({ kind: 'html-200' });
    const kinds = Array.from({ length: 5 }, () => faults.take(subject).map(({ kind }) => kind));
    expect(kinds).toEqual([['html-200'], ['empty-body'], ['empty-body'], ['html-200'], ['html-200']]);
    expect([first.fired(), second.fired()]).toEqual([2, 3]);
    second.remove();
    expect(faults.take(subject)).toEqual([]);
    expect(faults.list()).toEqual([first]);
    faults.clear();
    expect(faults.list()).toEqual([]);
  });

  it('knows the identifier of a record that is named by its id', async () => {
    const { id } = situation.pam.store.seedCredential({ ...device, identifier: 'mine' });
    situation.pam.faults.add({ kind: 'numbered-error', code: 1009, match: { identifier: 'mine' } });
    expect(codeOf(await situation.client.call('DELETE', `/api/pam/credential/${id}`))).toBe(1009);
  });

  it('hits the token endpoint', async () => {
    situation.pam.faults.add({
      kind: 'gateway-timeout',
      match: { path: 'TOKEN', authorization: 'default', times: 1 },
    });
    const body: JsonObject = { grant_type: 'client_credentials', client_id: situation.pam.oauth2.clientId };
    expect((await situation.client.call('POST', '/api/oauth2/token', body)).status).not.toBe(504);
    expect(situation.pam.journal.calls({ template: 'TOKEN', status: 504 })).toHaveLength(1);
  });
});
