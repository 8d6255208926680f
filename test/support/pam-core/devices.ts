import { deviceDomainsAreKnown, parametersExist } from './catalogue-checks.ts';
import { applyDeviceAttributes } from './credential-upsert.ts';
import type { PamDevice } from './device-registry.ts';
import type { Endpoint, EndpointCall } from './endpoint.ts';
import { successAnswer } from './envelope.ts';
import { type JsonObject, textOf } from './json-value.ts';
import { Refusal, type RefusalCode } from './refusal.ts';

/** What POST device refuses, in this order (inferred). */
const checks: readonly { refuse: RefusalCode; when: (call: EndpointCall) => boolean }[] = [
  { refuse: 1039, when: ({ caller }) => caller.permission === 'read' },
  { refuse: 1004, when: ({ body }) => !parametersExist(body, 'hostname') },
  { refuse: 1005, when: ({ body }) => !parametersExist(body, 'ip') },
  { refuse: 1019, when: ({ body }) => !parametersExist(body, 'site') },
  { refuse: 1020, when: ({ body }) => !parametersExist(body, 'model') },
  { refuse: 1021, when: ({ body }) => !parametersExist(body, 'vendor') },
  { refuse: 1022, when: ({ body }) => !parametersExist(body, 'type') },
  { refuse: 1029, when: ({ vault, body }) => !deviceDomainsAreKnown(vault, body) },
];

/** D1: lists devices. */
export const listDevices: Endpoint = ({ vault, switches, page }) => {
  const devices = vault.devices.all().map((device) => {
    const { id, hostname, ip, model, type, vendor, site } = device;
    return { id, hostname, ip, model, type, vendor, site, tags: device.device_tags };
  });
  return successAnswer(switches, page, 200, `${devices.length} devices found`, { devices });
};

/** D2: shows one device. */
export const getDevice: Endpoint = (call) => {
  const device = lookUp(call);
  return successAnswer(call.switches, call.page, 200, `Device ${device.id}`, { device: shown(device) });
};

/** D3: upsert by hostname; another ip changes the ip of that hostname. */
export const postDevice: Endpoint = (call) => {
  const { vault, switches, page, body } = call;
  const failed = checks.find((check) => check.when(call));
  if (failed !== undefined) throw new Refusal(failed.refuse);
  const [hostname = '', ip = ''] = [textOf(body, 'hostname'), textOf(body, 'ip')];
  const known = vault.devices.byHostname(hostname, vault.same);
  const device = known ?? vault.devices.add(hostname, ip);
  device.ip = ip;
  applyDeviceAttributes(device, body);
  const message = known ? 'Device updated successfully!' : 'Device successfully registered!';
  return successAnswer(switches, page, 201, message, { device: shown(device) }, { applied: true });
};

/** D4: enables the device; its credentials stay disabled. */
export const putDevice: Endpoint = (call) => {
  const { switches, page, caller } = call;
  if (caller.permission === 'read') throw new Refusal(1039);
  const device = lookUp(call);
  if (device.enabled) throw new Refusal(1044);
  device.enabled = true;
  return successAnswer(switches, page, 200, 'Device successfully activated', {}, { applied: true });
};

/** D5: disables the device and all its credentials. A disabled device is disabled again without an error. */
export const deleteDevice: Endpoint = (call) => {
  const { vault, switches, page, caller } = call;
  if (caller.permission === 'read') throw new Refusal(1039);
  const device = lookUp(call);
  device.enabled = false;
  for (const record of vault.credentials()) {
    if (record.deviceId !== device.id || !record.enabled) continue;
    record.enabled = false;
    vault.touch(record, switches.changeMovesOnToggle);
  }
  return successAnswer(switches, page, 200, 'Device successfully deactivated', {}, { applied: true });
};

function lookUp({ vault, parameter }: EndpointCall): PamDevice {
  const device = vault.devices.get(parameter);
  if (device === undefined) throw new Refusal(1011);
  return device;
}

function shown({ enabled: _enabled, ...device }: PamDevice): JsonObject {
  return { ...device };
}
