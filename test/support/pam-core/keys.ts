import { parametersExist } from './catalogue-checks.ts';
import type { PamDevice } from './device-registry.ts';
import type { Endpoint, EndpointCall } from './endpoint.ts';
import { successAnswer } from './envelope.ts';
import { identifierIsAllowed } from './identifier-rule.ts';
import { flagOf, isJsonObject, type JsonObject, textOf } from './json-value.ts';
import type { KeyRecord } from './record.ts';
import { usableRecord } from './record-lookup.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import { isGranted, type Vault } from './vault.ts';

interface KeyTarget {
  readonly identifier: string;
  readonly known: KeyRecord | undefined;
  readonly device: PamDevice | undefined;
  /** Hostname, ip and both key halves must be sent: always on create, by switch on update. */
  readonly complete: boolean;
}

interface Check {
  readonly refuse: RefusalCode;
  readonly when: (call: EndpointCall, target: KeyTarget) => boolean;
}

/** The order in which POST key refuses; 1011 is inferred, since the key pages do not list it. */
const checks: readonly Check[] = [
  { refuse: 1039, when: ({ caller }) => caller.permission === 'read' },
  { refuse: 1004, when: ({ body }, { complete }) => complete && !parametersExist(body, 'hostname') },
  { refuse: 1005, when: ({ body }, { complete }) => complete && !parametersExist(body, 'ip') },
  { refuse: 1013, when: ({ body }, { complete }) => complete && !parametersExist(body, 'public_key') },
  { refuse: 1014, when: ({ body }, { complete }) => complete && !parametersExist(body, 'private_key') },
  {
    refuse: 1053,
    when: ({ switches }, { identifier }) =>
      switches.identifierRuleForKeys && !identifierIsAllowed(identifier, switches.identifierRule),
  },
  { refuse: 1011, when: (_call, { device }) => device === undefined },
  {
    refuse: 1016,
    when: ({ vault, switches }, { identifier }) =>
      switches.identifierScope === 'shared' &&
      identifier !== '' &&
      vault.credentials().some((record) => vault.same(record.identifier ?? '', identifier)),
  },
  { refuse: 1009, when: ({ caller }, { known }) => known !== undefined && !isGranted(known, caller.label) },
];

/** K1: upsert by identifier only; without one every POST makes another key. */
export const postKey: Endpoint = (call) => {
  const { vault, switches, body } = call;
  const target = targetOf(call);
  const failed = checks.find((check) => check.when(call, target));
  if (failed !== undefined) throw new Refusal(failed.refuse);
  const { device } = target;
  if (device === undefined) throw new Refusal(1011);

  const record = target.known ?? create(call, target, device);
  const unassigned = apply(record, device, call);
  if (target.known !== undefined) {
    if (parametersExist(body, 'private_key')) record.contentVersion += 1;
    vault.touch(record, switches.changeMovesOnUpdateWithoutContent || parametersExist(body, 'private_key'));
  }
  const [page, message] = target.known
    ? (['K1 update', 'Key updated successfully!'] as const)
    : (['K1', 'Key successfully registered!'] as const);
  const key = {
    id: record.id,
    [switches.identifierField]: record.identifier,
    devices: assignedDevices(vault, record),
    // The shape of an entry is invented: the pages show only an empty list.
    devices_error: unassigned.map((hostname) => ({ hostname })),
  };
  const httpStatus = target.known ? 201 : switches.keyCreateStatus;
  return successAnswer(switches, page, 201, message, { key }, { applied: true, httpStatus });
};

/** K2: shows the private key and the passphrase, and takes custody as the user interface does. */
export const getKey: Endpoint = ({ vault, switches, page, caller, parameter }) => {
  const record = usableRecord(vault, caller, parameter, 'key');
  if (!record.enabled) throw new Refusal(1017);
  vault.takeCustody(record.id, caller.label);
  record.view = vault.stamp();
  vault.touch(record, false);
  const device = vault.deviceOf(record);
  const key: JsonObject = {
    id: record.id,
    username: record.username,
    key_name: record.keyName,
    hostname: device.hostname,
    ip: device.ip,
    private_key: record.privateKey,
    public_key: record.publicKey,
    password: record.passphrase,
    devices: assignedDevices(vault, record),
    expiration_time: record.expiration?.slice(0, 19) ?? null,
  };
  // The 3.32 page prints tags, as an array; the 4.0 page leaves them out.
  if (switches.pages === '3.32') key.tags = record.tags === '' ? [] : record.tags.split(',');
  return successAnswer(switches, page, 200, `Key ${record.id}`, { key });
};

/** K3: enables, and refuses when it is enabled already. */
export const putKey: Endpoint = ({ vault, switches, page, caller, parameter }) => {
  if (caller.permission === 'read') throw new Refusal(1039);
  const record = usableRecord(vault, caller, parameter, 'key');
  if (record.enabled) throw new Refusal(1045);
  record.enabled = true;
  vault.touch(record, switches.changeMovesOnToggle);
  return successAnswer(switches, page, 200, 'Key successfully activated', {}, { applied: true });
};

/** K4: disables, and refuses when it is disabled already. */
export const deleteKey: Endpoint = ({ vault, switches, page, caller, parameter }) => {
  if (caller.permission === 'read') throw new Refusal(1039);
  const record = usableRecord(vault, caller, parameter, 'key');
  if (!record.enabled) throw new Refusal(1017);
  record.enabled = false;
  vault.touch(record, switches.changeMovesOnToggle);
  return successAnswer(switches, page, 200, 'Key successfully deactivated', {}, { applied: true });
};

function targetOf({ vault, switches, body }: EndpointCall): KeyTarget {
  const identifier = textOf(body, 'identifier') ?? '';
  const known = vault
    .keys()
    .find((key) => identifier !== '' && key.identifier !== null && vault.same(key.identifier, identifier));
  const [hostname, ip] = [textOf(body, 'hostname'), textOf(body, 'ip')];
  const present = known && vault.deviceOf(known);
  const wanted = { hostname: hostname ?? present?.hostname ?? '', ip: ip ?? present?.ip ?? '' };
  const device = vault.devices
    .all()
    .find((one) => vault.same(one.hostname, wanted.hostname) && vault.same(one.ip, wanted.ip));
  return { identifier, known, device, complete: known === undefined || switches.keyUpdateNeedsMaterial };
}

function create({ vault, switches, caller }: EndpointCall, target: KeyTarget, device: PamDevice): KeyRecord {
  const generated = switches.generateIdentifier ? vault.newIdentifier() : null;
  const identifier = target.identifier === '' ? generated : target.identifier;
  const material = { privateKey: '', publicKey: '', passphrase: null };
  const fresh = {
    identifier,
    username: 'usr',
    deviceId: device.id,
    ...material,
    keyName: '',
    tags: '',
    devices: [],
  };
  return vault.addKey(fresh, new Set([caller.label]));
}

/** Stores what was sent; what was left out stays. Returns the hostnames that are not registered. */
function apply(record: KeyRecord, device: PamDevice, { vault, switches, body }: EndpointCall): string[] {
  record.deviceId = device.id;
  record.privateKey = textOf(body, 'private_key') ?? record.privateKey;
  record.publicKey = textOf(body, 'public_key') ?? record.publicKey;
  record.passphrase = textOf(body, 'password') ?? record.passphrase;
  record.keyName = textOf(body, 'key_name') ?? record.keyName;
  record.tags = textOf(body, 'tags') ?? record.tags;
  record.enabled = flagOf(body, 'enabled') ?? (switches.postEnables || record.enabled);
  const username = textOf(body, 'username');
  if (username !== undefined) record.username = username || 'usr';
  const { devices } = body;
  if (!Array.isArray(devices)) return [];
  const hostnames = devices.filter(isJsonObject).map((one) => textOf(one, 'hostname') ?? '');
  const isKnown = (hostname: string): boolean => vault.devices.byHostname(hostname, vault.same) !== undefined;
  record.devices = hostnames.filter(isKnown);
  return hostnames.filter((hostname) => !isKnown(hostname));
}

function assignedDevices(vault: Vault, record: KeyRecord): JsonObject[] {
  return record.devices.map((hostname) => ({
    hostname,
    ip: vault.devices.byHostname(hostname, vault.same)?.ip ?? '',
  }));
}
