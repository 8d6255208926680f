import { changesAutomatically } from './credentials.ts';
import type { Endpoint } from './endpoint.ts';
import { successAnswer } from './envelope.ts';
import type { JsonObject } from './json-value.ts';
import type { PamRecord } from './record.ts';
import type { Switches } from './switches.ts';
import { isGranted, type Vault } from './vault.ts';

/** Codes from the printed examples; others are not known and stay empty. */
const connectivityCodes: Readonly<Record<string, string>> = { HTTPS: '10', RDP: '13' };

/** C1: what the authorization may see, credentials and SSH keys, never a secret. */
export const listRecords: Endpoint = ({ vault, switches, page, caller }) => {
  const visible = vault
    .listed()
    .filter((record) => isGranted(record, caller.label))
    .filter((record) => record.enabled || switches.disabledListed);
  const message = `${visible.length + switches.listMessageOffset} credentials found`;
  const shown = switches.listLimit === null ? visible : visible.slice(0, switches.listLimit);
  const credentials = shown.map((record) => entryOf(vault, record, switches));
  return successAnswer(switches, page, 200, message, { credentials });
};

function entryOf(vault: Vault, record: PamRecord, switches: Switches): JsonObject {
  const device = vault.deviceOf(record);
  const automatic = record.kind === 'credential' && changesAutomatically(record);
  const isOld = switches.pages === '3.32';
  const connectivity = isOld ? '' : (device.connectivities.split(/[:,]/, 1)[0] ?? '').trim();
  return {
    id: record.id,
    [switches.identifierField]: record.identifier,
    username: record.username,
    expiration: record.expiration,
    change: record.change,
    view: record.view,
    hostname: device.hostname,
    management_ip: device.ip,
    type: record.kind === 'key' ? 'SSH Key' : record.fields.credential_type || 'Local User',
    // Both printed examples have this code, also the one of the SSH key.
    type_code: '1',
    device_model: device.model,
    device_type: device.type,
    device_vendor: device.vendor,
    automatic_change: switches.automaticChangeAs === 'text' ? (automatic ? '1' : '0') : automatic,
    connectivity,
    connectivity_code: connectivityCodes[connectivity] ?? '',
  };
}
