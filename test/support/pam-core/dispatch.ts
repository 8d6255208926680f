import type { Answer } from './answer.ts';
import type { Identity } from './authenticate.ts';
import {
  deleteCredential,
  deleteCustody,
  getCredential,
  postCredential,
  putCredential,
} from './credentials.ts';
import { deleteDevice, getDevice, listDevices, postDevice, putDevice } from './devices.ts';
import type { Endpoint } from './endpoint.ts';
import { notAuthorizedAnswer, numberedAnswer, unexpectedErrorAnswer, unnumberedAnswer } from './envelope.ts';
import { invalidSignature, noRoute } from './gateway.ts';
import { deleteKey, getKey, postKey, putKey } from './keys.ts';
import { listRecords } from './list-records.ts';
import type { PamCall } from './pam-call.ts';
import { Refusal, UnexpectedError } from './refusal.ts';
import type { Template } from './router.ts';
import type { Vault } from './vault.ts';

const endpoints: Partial<Record<Template, Endpoint>> = {
  C1: listRecords,
  C2: getCredential,
  C3: getCredential,
  C4: postCredential,
  C5: putCredential,
  C6: deleteCredential,
  C7: deleteCredential,
  C8: deleteCustody,
  K1: postKey,
  K2: getKey,
  K3: putKey,
  K4: deleteKey,
  D1: listDevices,
  D2: getDevice,
  D3: postDevice,
  D4: putDevice,
  D5: deleteDevice,
};

/** Answers a call whose caller is known: gateway first, then authorization, then the endpoint. */
export function dispatch(call: PamCall, identity: Identity, vault: Vault): Answer {
  const { switches } = vault;
  const { template } = call;
  if (!isServed(call, vault)) return noRoute();
  const { authorization, refusal } = identity;
  if (refusal === 'no authorization') return noRoute();
  if (refusal !== undefined || authorization === undefined) {
    return switches.invalidTokenBody === 'envelope'
      ? unnumberedAnswer(switches, template, switches.invalidTokenStatus, 'Invalid signature')
      : invalidSignature(switches.invalidTokenStatus);
  }
  const endpoint = endpoints[template];
  if (endpoint === undefined) return unnumberedAnswer(switches, template, 404, 'Resource sub not found');
  if (!authorization.resources.includes('PAM Core')) return notAuthorizedAnswer(switches, template);
  // A path with its id left out is answered with 500, as printed for GET key.
  if (call.parameter === '') return unexpectedErrorAnswer(switches, template);
  const parameter = call.parameter ?? '';
  try {
    return endpoint({ vault, switches, caller: authorization, page: template, body: call.body, parameter });
  } catch (error) {
    if (error instanceof Refusal) return numberedAnswer(switches, template, error.code, error.text);
    if (error instanceof UnexpectedError) return unexpectedErrorAnswer(switches, template);
    throw error;
  }
}

/** Whether the path is below a prefix that this server has. */
export function isServed(call: PamCall, vault: Vault): boolean {
  return call.prefix !== undefined && vault.switches.prefixes.includes(call.prefix);
}
