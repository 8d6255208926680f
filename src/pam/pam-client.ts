import type { Inventory } from '../core/inventory.ts';
import type { PamCallContext, PamClient, UpsertAnswer } from '../core/pam-call.ts';
import { PamError, type PamFault, type PamOperation } from '../core/pam-fault.ts';
import type { RecordKind } from '../core/record-kind.ts';
import { isAlreadySo } from './already-so.ts';
import { credentialBody } from './credential-body.ts';
import { type InventoryRow, readInventory } from './inventory-reader.ts';
import type { Rows } from './json-rows.ts';
import type { JsonObject } from './json-value.ts';
import { keyBody } from './key-body.ts';
import { createPamCaller, type PamCall } from './pam-caller.ts';
import { type PamConnectionSettings, pamSettingsProblem } from './pam-connection-settings.ts';
import { recordUrl } from './record-path.ts';
import { readUpsertAnswer } from './upsert-answer-reader.ts';

/**
 * A client of one PAM Core with one authorization. Its calls are bounded as a whole: token, call and the one
 * second attempt after a stale token share `timeouts.requestMs` (`inventoryMs` for the list).
 *
 * Throws a TypeError that names the setting where {@link pamSettingsProblem} finds one.
 */
export function createPamClient(settings: PamConnectionSettings): PamClient {
  const problem = pamSettingsProblem(settings);
  if (problem !== undefined) throw new TypeError(problem);
  const base = new URL(settings.url);
  const { timeouts, maxResponseBytes, maxInventoryBytes } = settings;
  const caller = createPamCaller(settings);
  let lastRows: Rows<InventoryRow> | undefined;

  function urlOf(operation: PamOperation, kind: RecordKind, id?: string): URL {
    const url = recordUrl(base, settings.apiPrefix, kind, id);
    // No call is made for what is no id, so this is no answer of PAM; `unreadable` is an id that is no id.
    if (url === undefined) throw new PamError({ operation, kind, signal: 'unreadable' });
    return url;
  }

  async function upsert(kind: RecordKind, body: JsonObject, context: PamCallContext): Promise<UpsertAnswer> {
    const call: PamCall = { operation: 'Upsert', kind, method: 'POST', url: urlOf('Upsert', kind), body };
    const { json, httpStatus } = await caller.call(call, {
      ...context,
      timeoutMs: timeouts.requestMs,
      maxBytes: maxResponseBytes,
    });
    const answer = readUpsertAnswer(kind, json);
    if (answer === undefined)
      throw new PamError({ operation: 'Upsert', kind, signal: 'unreadable', httpStatus });
    return answer;
  }

  async function toggle(
    operation: 'Enable' | 'Disable',
    kind: RecordKind,
    id: string,
    context: PamCallContext,
  ): Promise<void> {
    const method = operation === 'Enable' ? 'PUT' : 'DELETE';
    const call: PamCall = { operation, kind, method, url: urlOf(operation, kind, id) };
    try {
      await caller.call(call, { ...context, timeoutMs: timeouts.requestMs, maxBytes: maxResponseBytes });
    } catch (error) {
      if (!(error instanceof PamError) || !isAlreadySo(error.fault)) throw error;
    }
  }

  return {
    async list(context): Promise<Inventory> {
      const url = urlOf('List', 'credential');
      const rowsIn = { member: 'credentials', last: lastRows };
      const call: PamCall = { operation: 'List', method: 'GET', url, rowsIn };
      const { json, rows, httpStatus, sentAtMs, tookMs } = await caller.call(call, {
        ...context,
        timeoutMs: timeouts.inventoryMs,
        maxBytes: maxInventoryBytes,
      });
      const inventory = await readInventory(json, rows);
      if (inventory === undefined) throw new PamError(unreadableList(httpStatus));
      lastRows = inventory.read;
      return { entries: inventory.entries, complete: inventory.complete, sentAtMs, tookMs };
    },
    async upsertCredential(credential, context) {
      return await upsert('credential', credentialBody(credential), context);
    },
    async upsertKey(key, context) {
      return await upsert('key', keyBody(key), context);
    },
    async enable(kind, id, context) {
      await toggle('Enable', kind, id, context);
    },
    async disable(kind, id, context) {
      await toggle('Disable', kind, id, context);
    },
    close() {
      caller.close();
    },
    get clockSkewMs() {
      return caller.clockSkewMs;
    },
  };
}

function unreadableList(httpStatus: number): PamFault {
  return { operation: 'List', signal: 'unreadable', httpStatus };
}
