import { setImmediate } from 'node:timers/promises';
import type { InventoryEntry } from '../core/inventory.ts';
import type { Row, Rows } from './json-rows.ts';
import { asObject, type JsonObject, member, recordId, text } from './json-value.ts';

/** The rows of a list answer and whether they are all that PAM counted. */
export interface InventoryRows {
  readonly entries: readonly InventoryEntry[];
  readonly complete: boolean;
  /** Rows without a usable id, or whose username, hostname or ip is no plain value. */
  readonly skipped: number;
  /** As they stand in the answer, where they were cut out of it: for the next list. */
  readonly read?: Rows<InventoryRow>;
}

/** What a row was read as: `null` where it has no usable id, or a name that is no plain value. */
export type InventoryRow = InventoryEntry | null;

/** So many rows take about a millisecond; then others have their turn. */
const rowsPerTurn = 500;

/**
 * Reads `GET {prefix}/pam/credential`: its envelope and its rows, where these were cut out of it to be parsed
 * one after the other. A malformed row is skipped and makes the inventory incomplete; so does a number in the
 * message ("2 credentials found") that differs from the number of rows. `undefined` where there is no list at
 * all or a row is no JSON; PAM saying "0 credentials found" without a list is an empty inventory.
 */
export async function readInventory(
  json: JsonObject,
  cut?: Rows<InventoryRow>,
): Promise<InventoryRows | undefined> {
  const rows = cut?.rows ?? member(json, 'credentials');
  const counted = countInMessage(json);
  if (!Array.isArray(rows)) {
    const isEmpty = (rows === undefined || rows === null) && counted === 0;
    return isEmpty ? { entries: [], complete: true, skipped: 0 } : undefined;
  }
  const entries: InventoryEntry[] = [];
  const read: Row<InventoryRow>[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % rowsPerTurn === rowsPerTurn - 1) await setImmediate();
    const value = cut === undefined ? readRow(asObject(row)) : readCut(cut, row);
    if (value === undefined) return undefined;
    if (value !== null) entries.push(value);
    if (cut !== undefined) read.push(row.value === undefined ? { ...row, value } : row);
  }
  const skipped = rows.length - entries.length;
  const complete = skipped === 0 && (counted === undefined || counted === rows.length);
  return { entries, skipped, complete, ...(cut !== undefined && { read: { bytes: cut.bytes, rows: read } }) };
}

/** `undefined` where it is no JSON. */
function readCut(
  { bytes }: Rows<InventoryRow>,
  { start, end, value }: Row<InventoryRow>,
): InventoryRow | undefined {
  if (value !== undefined) return value;
  try {
    return readRow(asObject(JSON.parse(bytes.toString('utf8', start, end))));
  } catch {
    return undefined;
  }
}

function readRow(row: JsonObject | undefined): InventoryRow {
  const id = recordId(member(row, 'id'));
  const username = plainText(row, 'username');
  const hostname = plainText(row, 'hostname');
  const ip = plainText(row, 'management_ip');
  if (id === undefined || username === undefined || hostname === undefined || ip === undefined) return null;
  // `tag` until 3.32.
  const identifier = text(row, 'identifier') ?? text(row, 'tag');
  return {
    id,
    identifier: identifier === '' ? undefined : identifier,
    username,
    hostname,
    ip,
    isKey: /^ssh key$/i.test(text(row, 'type')?.trim() ?? ''),
    change: text(row, 'change'),
    automaticChange: isOn(member(row, 'automatic_change')),
  };
}

/** A boolean since 3.33, "0" or "1" in 3.32. */
function isOn(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

/**
 * Null and absent are an empty text, which matches no resource: one odd record of somebody else must not make
 * every inventory of the connection incomplete.
 */
function plainText(row: JsonObject | undefined, name: string): string | undefined {
  const value = member(row, name) ?? '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function countInMessage(json: JsonObject): number | undefined {
  const response = asObject(member(json, 'response'));
  const message = text(response, 'message') ?? text(response, 'Message') ?? text(response, 'mensagem') ?? '';
  const digits = /^\s*(\d{1,9})\b/.exec(message)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
