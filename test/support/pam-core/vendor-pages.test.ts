import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { device, Situation } from './situation.ts';
import type { Dialect } from './switches.ts';

const modern = (status: number, message: string, again: 'mensagem' | 'Message' = 'mensagem'): JsonObject => ({
  code: status,
  response: {
    ...{ status, message, error: false, error_code: 0, detail: '' },
    ...{ [again]: message, erro: false, cod_erro: 0 },
  },
});
const modernError = (code: number, text: string): JsonObject => {
  const message = `${code}: ${text}`;
  return {
    code: 400,
    response: {
      ...{ status: 400, message, error: true, error_code: 1, detail: '' },
      ...{ mensagem: message, erro: true, cod_erro: 1 },
    },
    exception: { code, message, detail: null },
  };
};
const short = (message: string): JsonObject => ({
  response: { status: 200, mensagem: message, erro: false, detail: '', message, error: false, error_code: 0 },
});

describe('answers are the vendor pages, whole', () => {
  let situation: Situation;
  beforeEach(async () => {
    situation = await Situation.start();
  });
  afterEach(() => situation.pam.stop());

  interface Row {
    because: string;
    dialect?: Dialect;
    method: string;
    at: string;
    sent?: JsonObject;
    status: number;
    body: JsonObject;
  }
  const posted = {
    identifier: 'dyaihdppaj78a547',
    username: 'username',
    ...device,
    content: 'blfjahbnaihdaa',
  };
  const keyPosted = {
    ...device,
    identifier: 'sshkey0',
    private_key: 'private-key',
    public_key: 'public-key',
  };
  const shown = {
    ...{ id: '150', username: 'active', password: 'secret@2504', content: 'secret@2504', hostname: 'w2016' },
    ...{ parent_credential_cod: null, parent_credential: null, additional: 'CREDADD01', domain: '' },
    ...{ ip: '10.66.33.15', port: '22', model: 'Ubuntu', expiration_time: '2021-01-16T17:31:39' },
  };
  const rows: Row[] = [
    {
      because: '4.0 POST credential',
      method: 'POST',
      at: 'credential',
      sent: posted,
      status: 201,
      body: {
        ...modern(201, 'Credential successfully registered!'),
        tenant: 'Segura',
        credential: { id: '153', identifier: 'dyaihdppaj78a547' },
      },
    },
    {
      because: '3.33 POST credential',
      dialect: '3.33',
      method: 'POST',
      at: 'credential',
      sent: posted,
      status: 201,
      body: {
        ...modern(201, 'Credential successfully registered!'),
        credential: { id: '153', identifier: 'dyaihdppaj78a547' },
      },
    },
    {
      because: '3.32 POST credential',
      dialect: '3.32',
      method: 'POST',
      at: 'credential',
      sent: posted,
      status: 201,
      body: {
        ...modern(201, 'Credential successfully registered!'),
        credential: { id: '153', tag: 'dyaihdppaj78a547' },
      },
    },
    {
      because: '3.33 GET credential',
      dialect: '3.33',
      method: 'GET',
      at: 'credential/150',
      status: 200,
      body: { ...short('Credential 150'), credential: { identifier: 'active', ...shown } },
    },
    {
      because: '3.32 GET credential',
      dialect: '3.32',
      method: 'GET',
      at: 'credential/150',
      status: 200,
      body: { ...short('Credential 150'), credential: { tag: 'active', ...shown } },
    },
    {
      because: '4.0 PUT credential',
      method: 'PUT',
      at: 'credential/151',
      status: 200,
      body: modern(200, 'Credential successfully activated', 'Message'),
    },
    {
      because: '3.32 PUT credential',
      dialect: '3.32',
      method: 'PUT',
      at: 'credential/151',
      status: 200,
      body: modern(200, 'Credential successfully activated'),
    },
    {
      because: '4.0 DELETE credential',
      method: 'DELETE',
      at: 'credential/150',
      status: 200,
      body: modern(200, 'Credential successfully deactivated'),
    },
    {
      because: '4.0 error',
      method: 'GET',
      at: 'credential/999',
      status: 400,
      body: modernError(1007, 'Credential not found'),
    },
    {
      because: '4.0 DELETE credential again',
      method: 'DELETE',
      at: 'credential/151',
      status: 400,
      body: modernError(1008, 'Credential inactive'),
    },
    {
      because: '4.0 POST key',
      method: 'POST',
      at: 'key',
      sent: keyPosted,
      status: 201,
      body: {
        ...modern(201, 'Key successfully registered!', 'Message'),
        key: { id: '153', identifier: 'sshkey0', devices: [], devices_error: [] },
      },
    },
    {
      because: '3.32 POST key: the status line says 200',
      dialect: '3.32',
      method: 'POST',
      at: 'key',
      sent: keyPosted,
      status: 200,
      body: {
        code: 201,
        response: {
          status: 201,
          message: 'Key successfully registered!',
          error: false,
          error_code: 0,
          detail: '',
          cod_erro: 0,
        },
        key: { id: '153', tag: 'sshkey0', devices: [], devices_error: [] },
      },
    },
    {
      because: '4.0 DELETE key',
      method: 'DELETE',
      at: 'key/152',
      status: 200,
      body: modern(200, 'Key successfully deactivated'),
    },
    {
      because: '4.0 PUT key again',
      method: 'PUT',
      at: 'key/152',
      status: 400,
      body: modernError(1045, 'Ssh key is already activated'),
    },
    {
      because: '3.32 PUT key again',
      dialect: '3.32',
      method: 'PUT',
      at: 'key/152',
      status: 400,
      body: {
        ...modernError(1045, 'Ssh key is already activated'),
        exception: { code: 1045, message: '1045: Ssh key is already activated', detail: '' },
      },
    },
    {
      because: '4.0 GET key without an id',
      method: 'GET',
      at: 'key/',
      status: 500,
      body: {
        code: 500,
        response: {
          status: 500,
          message: 'Unexpected error',
          error: true,
          error_code: 1,
          detail: '',
          mensagem: 'Unexpected error',
          erro: true,
          cod_erro: 1,
        },
        exception: { code: 500, message: 'Check the index log system error for more details', detail: null },
      },
    },
    {
      because: '4.0 DELETE device',
      method: 'DELETE',
      at: 'device/1',
      status: 200,
      body: modern(200, 'Device successfully deactivated', 'Message'),
    },
  ];
  it.each(rows)('$because', async ({ dialect = '4.0', method, at, sent, status, body }) => {
    await situation.restart({ dialect });
    const { store, switches } = situation.pam;
    store.addDevice({ ...device, model: 'Ubuntu' });
    const seed = { ...device, identifier: 'active', username: 'active', content: 'secret@2504' };
    store.seedCredential({
      ...seed,
      fields: { additional: 'CREDADD01' },
      expiration: '2021-01-16T17:31:39-03:00',
    });
    store.seedCredential({ ...device, username: 'inactive', enabled: false });
    store.seedKey(device);
    const answer = await situation.client.call(method, `${switches.prefixes[0]}/pam/${at}`, sent);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual(body);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('3.32 DELETE key repeats its keys, as the page prints it, and leaves out the space', async () => {
    await situation.restart({ dialect: '3.32' });
    const { id } = situation.pam.store.seedKey(device);
    const first = await situation.client.call('DELETE', `/iso/pam/key/${id}`);
    expect(first.text).toBe(
      '{"code":200,"response":{"status":200,"message":"Key successfully deactivated","error":false,"error_code":0,"detail":"","message":"Key successfully deactivated","error":false,"cod_erro":0}}',
    );
    const again = await situation.client.call('DELETE', `/iso/pam/key/${id}`);
    expect(again.text).toBe(
      '{"code":400,"response":{"status":400,"message":"1017:Key inactive","error":true,"error_code":1,"detail":"","message":"1017:Key inactive","error":true,"cod_erro":1},"exception":{"code":1017,"message":"1017:Key inactive","detail":null}}',
    );
  });

  it('3.32 is served under /iso alone', async () => {
    await situation.restart({ dialect: '3.32' });
    const answer = await situation.client.call('GET', '/api/pam/credential');
    expect([answer.status, answer.json]).toEqual([404, { message: 'no Route matched with those values' }]);
  });
});
