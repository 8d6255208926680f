import type { UpsertAnswer } from '../core/pam-call.ts';
import type { RecordKind } from '../core/record-kind.ts';
import { asObject, type JsonObject, member, recordId, text } from './json-value.ts';

/** Reads a successful answer to `POST`; `undefined` where it names no usable id. */
export function readUpsertAnswer(kind: RecordKind, json: JsonObject): UpsertAnswer | undefined {
  const record = asObject(member(json, kind));
  const id = recordId(member(record, 'id'));
  if (id === undefined) return undefined;
  const identifier = text(record, 'identifier') ?? text(record, 'tag');
  return {
    id,
    identifier: identifier === '' ? undefined : identifier,
    result: resultOf(json),
    devicesPartlyAssigned: kind === 'key' && hasContent(member(record, 'devices_error')),
  };
}

/** HTTP 201 comes with both; only the message tells "successfully registered" from "updated successfully". */
function resultOf(json: JsonObject): UpsertAnswer['result'] {
  const response = asObject(member(json, 'response'));
  const message = text(response, 'message') ?? text(response, 'Message') ?? text(response, 'mensagem') ?? '';
  const isRegistered = /\bregistered\b/i.test(message);
  const isUpdated = /\bupdated\b/i.test(message);
  if (isRegistered === isUpdated) return 'unknown';
  return isRegistered ? 'registered' : 'updated';
}

/** The shape of an entry is undocumented, so anything that is not empty counts. */
function hasContent(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== '' && value !== false;
}
