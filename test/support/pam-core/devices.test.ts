import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from './json-value.ts';
import { codeOf, device, messageOf, Situation } from './situation.ts';

let situation: Situation;
beforeEach(async () => {
  situation = await Situation.start();
});
afterEach(() => situation.pam.stop());

const valid: JsonObject = {
  ip: '10.66.33.20',
  hostname: 'API device test',
  model: 'Gmail',
  type: 'Desktop',
  vendor: 'Linux',
  site: 'AWS',
  device_domain: '',
};
const blank = { connectivities: '', session_remote_config: '', device_tags: '' };
const post = (body: JsonObject) => situation.client.call('POST', '/api/pam/device', body);

describe('devices', () => {
  it('are created, and updated by hostname, ip included', async () => {
    const created = await post(valid);
    expect([created.status, messageOf(created)]).toEqual([201, 'Device successfully registered!']);
    expect(created.json.device).toEqual({ id: '3', ...valid, ...blank });
    const updated = await post({ ...valid, ip: '10.0.0.9', connectivities: 'SSH:22' });
    expect([updated.status, messageOf(updated)]).toEqual([201, 'Device updated successfully!']);
    expect(updated.json.device).toEqual({
      id: '3',
      ...valid,
      ...blank,
      ip: '10.0.0.9',
      connectivities: 'SSH:22',
    });
  });

  it('are listed and shown', async () => {
    const list = await situation.client.call('GET', '/api/pam/device');
    expect(messageOf(list)).toBe('2 devices found');
    const empty = { model: '', type: '', vendor: '', site: '' };
    expect((list.json.devices as JsonObject[])[0]).toEqual({ id: '1', ...device, ...empty, tags: '' });
    const one = await situation.client.call('GET', '/api/pam/device/1');
    expect(one.json).toMatchObject({ tenant: 'Segura', device: { id: '1', ...device, device_tags: '' } });
  });

  it('take their credentials down with them, and come back without them', async () => {
    const { id } = situation.pam.store.seedCredential({ ...device, username: 'a' });
    const { id: elsewhere } = situation.pam.store.seedCredential({ hostname: 'w2019', ip: '10.66.33.19' });
    await situation.client.call('DELETE', '/api/pam/device/1');
    expect(situation.pam.store.record(id)?.enabled).toBe(false);
    expect(situation.pam.store.record(elsewhere)?.enabled).toBe(true);
    const enabled = await situation.client.call('PUT', '/api/pam/device/1');
    expect(messageOf(enabled)).toBe('Device successfully activated');
    expect(situation.pam.store.record(id)?.enabled).toBe(false);
  });

  const without = (...names: string[]): JsonObject =>
    Object.fromEntries(Object.entries(valid).filter(([name]) => !names.includes(name)));
  it.each([
    { because: 'read-only post', method: 'POST', at: 'device', sent: {}, readOnly: true, code: 1039 },
    { because: 'hostname absent', method: 'POST', at: 'device', sent: without('hostname', 'ip'), code: 1004 },
    { because: 'ip absent', method: 'POST', at: 'device', sent: without('ip', 'site'), code: 1005 },
    { because: 'site absent', method: 'POST', at: 'device', sent: without('site', 'model'), code: 1019 },
    { because: 'model absent', method: 'POST', at: 'device', sent: without('model', 'vendor'), code: 1020 },
    { because: 'vendor absent', method: 'POST', at: 'device', sent: without('vendor', 'type'), code: 1021 },
    { because: 'type absent', method: 'POST', at: 'device', sent: without('type'), code: 1022 },
    {
      because: 'unknown domain',
      method: 'POST',
      at: 'device',
      sent: { ...valid, device_domain: 'x' },
      code: 1029,
    },
    { because: 'show unknown', method: 'GET', at: 'device/9', code: 1011 },
    { because: 'enable unknown', method: 'PUT', at: 'device/9', code: 1011 },
    { because: 'enable again', method: 'PUT', at: 'device/1', code: 1044 },
    { because: 'enable with read-only', method: 'PUT', at: 'device/1', readOnly: true, code: 1039 },
    { because: 'disable unknown', method: 'DELETE', at: 'device/9', code: 1011 },
    { because: 'disable with read-only', method: 'DELETE', at: 'device/1', readOnly: true, code: 1039 },
  ])('$code: $because', async ({ method, at, sent, readOnly = false, code }) => {
    if (readOnly) situation.pam.authorization.permission = 'read';
    const before = situation.pam.store.devices();
    const answer = await situation.client.call(method, `/api/pam/${at}`, sent);
    expect([answer.status, codeOf(answer)]).toEqual([400, code]);
    expect(situation.pam.store.devices()).toEqual(before);
  });
});
