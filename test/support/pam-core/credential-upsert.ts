import { type DeviceAttributes, deviceAttributes, type PamDevice } from './device-registry.ts';
import type { EndpointCall } from './endpoint.ts';
import { type JsonObject, textOf } from './json-value.ts';
import { type CredentialRecord, credentialFields } from './record.ts';
import { applySettings, sentIdentifier, sentNotes } from './settings-blocks.ts';

/** What a POST credential points at. */
export interface UpsertTarget {
  /** Empty: none sent. */
  readonly identifier: string;
  readonly username: string;
  readonly device: PamDevice | undefined;
  readonly byIdentifier: CredentialRecord | undefined;
  /** The record with this username on this hostname and ip. */
  readonly byName: CredentialRecord | undefined;
  /** The record that an upsert would change. */
  readonly hit: CredentialRecord | undefined;
  /** The identifier belongs to an SSH key, and identifiers are unique across both kinds. */
  readonly identifierOfAKey: boolean;
}

interface UpsertRule {
  readonly identifier: 'none' | 'new' | 'known';
  /** Whether (username, hostname, ip) hits a record. */
  readonly name: 'new' | 'known' | 'any';
  readonly effect: 'create' | 'update';
  readonly identifierAfter: 'as sent' | 'generated' | 'kept';
}

/** The vendor's rules of which record POST credential hits ("Send the identifier / username parameter"). */
const upsertRules: readonly UpsertRule[] = [
  { identifier: 'known', name: 'any', effect: 'update', identifierAfter: 'as sent' },
  { identifier: 'new', name: 'known', effect: 'update', identifierAfter: 'as sent' },
  { identifier: 'new', name: 'new', effect: 'create', identifierAfter: 'as sent' },
  { identifier: 'none', name: 'known', effect: 'update', identifierAfter: 'kept' },
  { identifier: 'none', name: 'new', effect: 'create', identifierAfter: 'generated' },
];

/** Looks up what the POST points at; changes nothing. */
export function targetOf({ vault, switches, body }: EndpointCall): UpsertTarget {
  const identifier = sentIdentifier(body);
  // The page: an empty username becomes `usr`.
  const username = textOf(body, 'username') || 'usr';
  const hostname = textOf(body, 'hostname') ?? '';
  const ip = textOf(body, 'ip') ?? '';
  const device = vault.devices
    .all()
    .find((one) => vault.same(one.hostname, hostname) && vault.same(one.ip, ip));
  const hasIdentifier = (record: { identifier: string | null }): boolean =>
    identifier !== '' && record.identifier !== null && vault.same(record.identifier, identifier);
  const byIdentifier = vault.credentials().find(hasIdentifier);
  const byName = vault
    .credentials()
    .find((record) => record.deviceId === device?.id && vault.same(record.username, username));
  const identifierOfAKey = switches.identifierScope === 'shared' && vault.keys().some(hasIdentifier);
  return {
    identifier,
    username,
    device,
    byIdentifier,
    byName,
    hit: byIdentifier ?? byName,
    identifierOfAKey,
  };
}

/** Creates or updates as the rules say. The call has passed all checks. */
export function upsertCredential(
  call: EndpointCall,
  target: UpsertTarget & { device: PamDevice },
): { record: CredentialRecord; effect: UpsertRule['effect'] } {
  const { vault, body } = call;
  const rule = ruleFor(target);
  applyDeviceAttributes(target.device, body);
  const record = rule.effect === 'create' ? create(call, target, rule) : update(call, target, rule);
  for (const field of credentialFields) {
    const value = field === 'notes' ? sentNotes(body) : textOf(body, field);
    if (value !== undefined) record.fields[field] = value;
  }
  applySettings(record, body, call.switches.settingsBlocks);
  const content = textOf(body, 'content');
  if (content !== undefined) vault.setContent(record, content);
  else vault.touch(record, rule.effect === 'create' || call.switches.changeMovesOnUpdateWithoutContent);
  return { record, effect: rule.effect };
}

function ruleFor(target: UpsertTarget): UpsertRule {
  const identifier = target.identifier === '' ? 'none' : target.byIdentifier ? 'known' : 'new';
  const name = target.byName ? 'known' : 'new';
  const rule = upsertRules.find(
    (row) => row.identifier === identifier && (row.name === 'any' || row.name === name),
  );
  if (rule === undefined) throw new Error(`no upsert rule for identifier ${identifier}, name ${name}`);
  return rule;
}

function create(
  { vault, switches, caller }: EndpointCall,
  target: UpsertTarget & { device: PamDevice },
  rule: UpsertRule,
): CredentialRecord {
  const generated = switches.generateIdentifier ? vault.newIdentifier() : null;
  const identifier = rule.identifierAfter === 'generated' ? generated : target.identifier;
  const { username, device } = target;
  const fresh = { identifier, username, deviceId: device.id, content: null, fields: {}, settings: {} };
  return vault.addCredential(fresh, new Set([caller.label]));
}

function update(
  { vault, switches }: EndpointCall,
  target: UpsertTarget & { device: PamDevice },
  rule: UpsertRule,
): CredentialRecord {
  const record = target.hit;
  if (record === undefined) throw new Error('an update hits a record');
  if (rule.identifierAfter === 'as sent') record.identifier = target.identifier;
  else if (switches.updateWithoutIdentifier === 'regenerate') record.identifier = vault.newIdentifier();
  record.username = target.username;
  if (switches.otherDevice === 'move') record.deviceId = target.device.id;
  if (switches.postEnables) record.enabled = true;
  return record;
}

/** Eight parameters of POST credential change the device, which other credentials share. */
export function applyDeviceAttributes(device: PamDevice, body: JsonObject): void {
  const sent: DeviceAttributes = {};
  for (const name of deviceAttributes) {
    const value = textOf(body, name);
    if (value !== undefined) sent[name] = value;
  }
  Object.assign(device, sent);
}
