import { expect, it } from 'vitest';
import type { RecordKind } from '../../src/core/record-kind.ts';
import { readUpsertAnswer } from '../../src/pam/upsert-answer-reader.ts';

const registered = { message: 'Credential successfully registered!' };
const plain = { id: '152', identifier: 'prod_a_b', result: 'registered', devicesPartlyAssigned: false };

const rows: { because: string; kind?: RecordKind; json: object; answer: object | undefined }[] = [
  {
    because: 'a create',
    json: { response: registered, credential: { id: '152', identifier: 'prod_a_b' } },
    answer: plain,
  },
  {
    because: 'an update',
    json: {
      response: { message: 'Credential updated successfully!' },
      credential: { id: '152', identifier: 'prod_a_b' },
    },
    answer: { ...plain, result: 'updated' },
  },
  {
    because: 'another text',
    json: { response: { message: 'OK' }, credential: { id: '152', identifier: 'prod_a_b' } },
    answer: { ...plain, result: 'unknown' },
  },
  {
    because: 'no text',
    json: { response: {}, credential: { id: '152', identifier: 'prod_a_b' } },
    answer: { ...plain, result: 'unknown' },
  },
  {
    because: 'both words',
    json: {
      response: { message: 'registered and updated' },
      credential: { id: '152', identifier: 'prod_a_b' },
    },
    answer: { ...plain, result: 'unknown' },
  },
  {
    because: 'the text under mensagem',
    json: { response: { mensagem: registered.message }, credential: { id: '152', identifier: 'prod_a_b' } },
    answer: plain,
  },
  {
    because: 'id as number',
    json: { response: registered, credential: { id: 152, identifier: 'prod_a_b' } },
    answer: plain,
  },
  {
    because: 'tag of 3.32',
    json: { response: registered, credential: { id: '152', tag: 'prod_a_b' } },
    answer: plain,
  },
  {
    because: 'tag null of 3.32',
    json: { response: registered, credential: { id: '152', tag: null } },
    answer: { ...plain, identifier: undefined },
  },
  {
    because: 'no id',
    json: { response: registered, credential: { identifier: 'prod_a_b' } },
    answer: undefined,
  },
  {
    because: 'an id that is none',
    json: { response: registered, credential: { id: '15 2' } },
    answer: undefined,
  },
  { because: 'no record', json: { response: registered }, answer: undefined },
  {
    because: 'the record of the other kind',
    json: { response: registered, key: { id: '152' } },
    answer: undefined,
  },
  {
    because: 'a key',
    kind: 'key',
    json: {
      response: { message: 'Key successfully registered!' },
      key: { id: '152', identifier: 'prod_a_b', devices: [], devices_error: [] },
    },
    answer: plain,
  },
  {
    because: 'a key with devices that failed',
    kind: 'key',
    json: {
      response: registered,
      key: { id: '152', identifier: 'prod_a_b', devices_error: [{ hostname: 'x' }] },
    },
    answer: { ...plain, devicesPartlyAssigned: true },
  },
  {
    because: 'failed devices in another shape',
    kind: 'key',
    json: {
      response: registered,
      key: { id: '152', identifier: 'prod_a_b', devices_error: { x: 'not found' } },
    },
    answer: { ...plain, devicesPartlyAssigned: true },
  },
  {
    because: 'failed devices as text',
    kind: 'key',
    json: { response: registered, key: { id: '152', identifier: 'prod_a_b', devices_error: 'x' } },
    answer: { ...plain, devicesPartlyAssigned: true },
  },
  {
    because: 'devices_error null',
    kind: 'key',
    json: { response: registered, key: { id: '152', identifier: 'prod_a_b', devices_error: null } },
    answer: plain,
  },
  {
    because: 'devices_error of a credential means nothing',
    json: { response: registered, credential: { id: '152', identifier: 'prod_a_b', devices_error: [1] } },
    answer: plain,
  },
];

it.each(rows)('$because', ({ kind = 'credential', json, answer }) => {
  expect(readUpsertAnswer(kind, json as Record<string, unknown>)).toEqual(answer);
});
