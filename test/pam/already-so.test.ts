import { expect, it } from 'vitest';
import type { PamOperation } from '../../src/core/pam-fault.ts';
import type { RecordKind } from '../../src/core/record-kind.ts';
import { isAlreadySo } from '../../src/pam/already-so.ts';

const rows: [PamOperation, RecordKind, number, boolean, boolean, string][] = [
  ['Enable', 'credential', 1043, false, true, 'already activated'],
  ['Enable', 'credential', 1017, true, true, 'already active in 3.32'],
  ['Enable', 'credential', 1017, false, false, '"inactive" is no success of an enable'],
  ['Enable', 'credential', 1045, false, false, 'the number of keys'],
  ['Enable', 'credential', 1008, false, false, 'inactive'],
  ['Enable', 'credential', 1007, false, false, 'gone'],
  ['Enable', 'key', 1045, false, true, 'already activated'],
  ['Enable', 'key', 1017, true, true, 'already active'],
  ['Enable', 'key', 1017, false, false, 'inactive'],
  ['Enable', 'key', 1043, false, false, 'the number of credentials'],
  ['Enable', 'key', 1015, false, false, 'gone'],
  ['Disable', 'credential', 1007, false, true, 'gone'],
  ['Disable', 'credential', 1008, false, true, 'inactive'],
  ['Disable', 'credential', 1017, false, true, 'inactive in 3.32'],
  ['Disable', 'credential', 1009, false, false, 'no access is not gone'],
  ['Disable', 'credential', 1010, false, false, 'the id of a key'],
  ['Disable', 'credential', 1015, false, false, 'the number of keys'],
  ['Disable', 'credential', 1039, false, false, 'read only'],
  ['Disable', 'key', 1015, false, true, 'gone'],
  ['Disable', 'key', 1017, false, true, 'inactive'],
  ['Disable', 'key', 1045, true, false, 'printed there by mistake: active'],
  ['Disable', 'key', 1007, false, false, 'the number of credentials'],
  ['Disable', 'key', 1008, false, false, 'the number of credentials'],
  ['Upsert', 'credential', 1043, true, false, 'no such thing for an upsert'],
  ['List', 'credential', 1007, false, false, 'no such thing for a list'],
];

it.each(rows)('%s %s %i (already: %s) is success: %s, %s', (operation, kind, code, saysAlready, expected) => {
  expect(isAlreadySo({ operation, kind, signal: 'code', httpStatus: 400, code, saysAlready })).toBe(expected);
});

it('never takes a fault without a number for success', () => {
  expect(isAlreadySo({ operation: 'Disable', kind: 'key', signal: 'httpStatus', httpStatus: 400 })).toBe(
    false,
  );
});
