import { randomBytes } from 'node:crypto';
import { checkCredentialPost } from './credential-checks.ts';
import { targetOf, upsertCredential } from './credential-upsert.ts';
import type { Endpoint, EndpointCall } from './endpoint.ts';
import { successAnswer } from './envelope.ts';
import { flagOf, type JsonObject } from './json-value.ts';
import type { CredentialRecord } from './record.ts';
import { recordByName, usableRecord } from './record-lookup.ts';
import { Refusal } from './refusal.ts';
import type { Vault } from './vault.ts';

/** C4: create or update; both answer 201, and only the message tells them apart. */
export const postCredential: Endpoint = (call) => {
  const { switches, page } = call;
  const target = targetOf(call);
  checkCredentialPost(call, target);
  const { device } = target;
  if (device === undefined) throw new Refusal(1011);
  const { record, effect } = upsertCredential(call, { ...target, device });
  const message =
    effect === 'create' ? 'Credential successfully registered!' : 'Credential updated successfully!';
  const credential = { id: record.id, [switches.identifierField]: record.identifier };
  return successAnswer(switches, page, 201, message, { credential }, { applied: true });
};

/** C2 and C3: shows the password and takes custody of it. */
export const getCredential: Endpoint = (call) => {
  const { vault, switches, page, caller } = call;
  const record = lookUp(call);
  if (!record.enabled && switches.readDisabledCredential === 'refused') throw inactive(call);
  vault.takeCustody(record.id, caller.label);
  record.view = vault.stamp();
  vault.touch(record, false);
  const payload = { credential: shown(vault, record, switches.identifierField) };
  return successAnswer(switches, page, 200, `Credential ${record.id}`, payload);
};

/** C5: enables, and refuses when it is enabled already. */
export const putCredential: Endpoint = (call) => {
  const { vault, switches, page, caller } = call;
  if (caller.permission === 'read') throw new Refusal(1039);
  const record = lookUp(call);
  if (record.enabled) {
    throw switches.alreadyNumbers === '1017'
      ? new Refusal(1017, 'Credential is already active')
      : new Refusal(1043);
  }
  record.enabled = true;
  vault.touch(record, switches.changeMovesOnToggle);
  return successAnswer(switches, page, 200, 'Credential successfully activated', {}, { applied: true });
};

/** C6 and C7: disables (nothing is ever deleted), and refuses when it is disabled already. */
export const deleteCredential: Endpoint = (call) => {
  const { vault, switches, page, caller } = call;
  if (caller.permission === 'read') throw new Refusal(1039);
  const record = lookUp(call);
  if (!record.enabled) throw inactive(call);
  record.enabled = false;
  vault.touch(record, switches.changeMovesOnToggle);
  return successAnswer(switches, page, 200, 'Credential successfully deactivated', {}, { applied: true });
};

/** C8: releases custody, and rotates the password where automatic change is configured. */
export const deleteCustody: Endpoint = (call) => {
  const { vault, switches, page, caller } = call;
  if (caller.permission === 'read') throw new Refusal(1039);
  const record = lookUp(call);
  if (!record.enabled) throw inactive(call);
  if (!vault.releaseCustody(record.id, caller.label)) throw new Refusal(1018);
  if (changesAutomatically(record)) rotateCredential(vault, record);
  return successAnswer(
    switches,
    page,
    200,
    `Credential custody ${record.id} released`,
    {},
    { applied: true },
  );
};

/** Whether PAM Core rotates this password by itself (`execution_settings.automatic_change`). */
export function changesAutomatically(record: CredentialRecord): boolean {
  return flagOf(record.settings.execution_settings ?? {}, 'automatic_change') === true;
}

/** PAM Core's own rotation: a new password, and `change` moves. */
export function rotateCredential(vault: Vault, record: CredentialRecord): void {
  vault.setContent(record, `rotated-${randomBytes(12).toString('hex')}`);
}

function lookUp({ vault, caller, parameter }: EndpointCall): CredentialRecord {
  const id = parameter.includes('@') ? recordByName(vault, parameter)?.id : parameter;
  return usableRecord(vault, caller, id, 'credential');
}

function inactive({ switches }: EndpointCall): Refusal {
  return switches.alreadyNumbers === '1017' ? new Refusal(1017, 'Credential inactive') : new Refusal(1008);
}

function shown(vault: Vault, record: CredentialRecord, identifierField: string): JsonObject {
  const device = vault.deviceOf(record);
  const parent = vault.parentOf(record);
  return {
    id: record.id,
    [identifierField]: record.identifier,
    username: record.username,
    password: record.content ?? '',
    content: record.content ?? '',
    hostname: device.hostname,
    parent_credential_cod: parent?.identifier ?? null,
    parent_credential: parent?.username ?? null,
    additional: record.fields.additional ?? '',
    domain: record.fields.domain ?? '',
    ip: device.ip,
    port: /:(\d+)/.exec(device.connectivities)?.[1] ?? '22',
    model: device.model,
    expiration_time: record.expiration?.slice(0, 19) ?? null,
  };
}
