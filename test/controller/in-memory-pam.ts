import type { Clock } from '../../src/core/clock.ts';
import type { Inventory, InventoryEntry } from '../../src/core/inventory.ts';
import type {
  CredentialUpsert,
  KeyUpsert,
  PamCallContext,
  PamClient,
  UpsertAnswer,
} from '../../src/core/pam-call.ts';
import { PamError, type PamFault } from '../../src/core/pam-fault.ts';
import type { RecordKind } from '../../src/core/record-kind.ts';

type Operation = 'List' | 'Upsert' | 'Enable' | 'Disable';

/** One call as it arrived. */
export interface SeenCall {
  readonly operation: Operation;
  readonly identifier?: string;
  readonly id?: string;
  readonly content?: string;
  /** Names of the fields of additionalSettings that came with a value. */
  readonly additional?: readonly string[];
  readonly context: PamCallContext;
}

interface StoredRecord extends Omit<InventoryEntry, 'change'> {
  active: boolean;
  content: string | undefined;
  changes: number;
}

/** A PAM Core that is a map: upserts by identifier, else by target, and moves `change` with each write. */
export class InMemoryPam implements PamClient {
  readonly calls: SeenCall[] = [];
  readonly records = new Map<string, StoredRecord>();
  /** What the next calls of an operation do instead of succeeding, each once. `applied` faults come after the write. */
  readonly faults: {
    readonly operation: Operation;
    readonly fault: Partial<PamFault>;
    readonly applied?: boolean;
  }[] = [];
  /** Overrides what an upsert says about itself. */
  says: Partial<UpsertAnswer> = {};
  /** Runs before each call is carried out. */
  before: (operation: Operation, context: PamCallContext) => void | Promise<void> = () => {};
  isClosed = false;
  clockSkewMs: number | undefined;
  readonly #clock: Clock;
  #nextId = 101;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Operations in order, each with what tells it apart: `Upsert+content`, `Disable 101`. */
  get log(): string[] {
    return this.calls.map(({ operation, id, content, additional }) =>
      [
        operation,
        content === undefined ? '' : '+content',
        (additional ?? []).length === 0 ? '' : '+additional',
        id === undefined ? '' : ` ${id}`,
      ].join(''),
    );
  }

  store(record: Partial<StoredRecord> & { readonly identifier: string }): string {
    const id = record.id ?? String(this.#nextId++);
    this.records.set(id, {
      id,
      username: 'svc',
      hostname: 'db1',
      ip: '10.0.0.1',
      isKey: false,
      automaticChange: false,
      active: true,
      content: undefined,
      changes: 1,
      ...record,
    });
    return id;
  }

  async list(context: PamCallContext): Promise<Inventory> {
    const sentAtMs = this.#clock.monotonicMs();
    await this.#begin({ operation: 'List', context });
    this.#throwFault('List', false);
    const entries = [...this.records.values()].map(({ active: _, content: __, changes, ...entry }) => ({
      ...entry,
      change: `change ${changes}`,
    }));
    return { entries, complete: true, sentAtMs, tookMs: this.#clock.monotonicMs() - sentAtMs };
  }

  async upsertCredential(upsert: CredentialUpsert, context: PamCallContext): Promise<UpsertAnswer> {
    const { identifier, content, additionalSecrets } = upsert;
    const additional = [...(additionalSecrets?.fields.keys() ?? [])];
    if (additionalSecrets?.totp !== undefined) additional.push('totp');
    await this.#begin({
      operation: 'Upsert',
      identifier,
      ...(content !== undefined && { content: content.reveal() }),
      additional,
      context,
    });
    this.#throwFault('Upsert', false);
    const { username, device } = upsert.spec;
    const answer = this.#upsert(
      identifier,
      { username, hostname: device.hostname, ip: device.ip, isKey: false },
      content?.reveal(),
    );
    this.#throwFault('Upsert', true);
    return answer;
  }

  async upsertKey(upsert: KeyUpsert, context: PamCallContext): Promise<UpsertAnswer> {
    const { identifier, privateKey, spec } = upsert;
    await this.#begin({ operation: 'Upsert', identifier, content: privateKey.reveal(), context });
    this.#throwFault('Upsert', false);
    const { username = 'usr', device } = spec;
    const place = { username, hostname: device?.hostname ?? '', ip: device?.ip ?? '', isKey: true };
    const answer = this.#upsert(identifier, place, privateKey.reveal());
    this.#throwFault('Upsert', true);
    return answer;
  }

  enable(kind: RecordKind, id: string, context: PamCallContext): Promise<void> {
    return this.#toggle('Enable', kind, id, context);
  }

  disable(kind: RecordKind, id: string, context: PamCallContext): Promise<void> {
    return this.#toggle('Disable', kind, id, context);
  }

  close(): void {
    this.isClosed = true;
  }

  async #toggle(
    operation: 'Enable' | 'Disable',
    kind: RecordKind,
    id: string,
    context: PamCallContext,
  ): Promise<void> {
    await this.#begin({ operation, id, context });
    this.#throwFault(operation, false);
    const record = this.records.get(id);
    if (record === undefined) {
      if (operation === 'Disable') return;
      throw new PamError({ operation, kind, signal: 'code', code: 1007, httpStatus: 400 });
    }
    // "Already so" is an answer to the call, not a change of the record.
    if (record.active !== (operation === 'Enable')) record.changes++;
    record.active = operation === 'Enable';
    this.#throwFault(operation, true);
  }

  #upsert(
    identifier: string,
    place: Pick<InventoryEntry, 'username' | 'hostname' | 'ip' | 'isKey'>,
    content: string | undefined,
  ): UpsertAnswer {
    const known = [...this.records.values()].find((record) => record.identifier === identifier);
    const id = known?.id ?? this.store({ identifier, ...place, changes: 0 });
    const record = this.records.get(id);
    if (record !== undefined) {
      record.changes++;
      if (content !== undefined) record.content = content;
    }
    return {
      id,
      identifier,
      result: known === undefined ? 'registered' : 'updated',
      devicesPartlyAssigned: false,
      ...this.says,
    };
  }

  async #begin(call: SeenCall): Promise<void> {
    this.calls.push(call);
    await this.before(call.operation, call.context);
    if (call.context.signal.aborted) throw new PamError({ operation: call.operation, signal: 'aborted' });
  }

  #throwFault(operation: Operation, applied: boolean): void {
    const at = this.faults.findIndex(
      (fault) => fault.operation === operation && (fault.applied ?? false) === applied,
    );
    const [found] = at < 0 ? [] : this.faults.splice(at, 1);
    if (found !== undefined) throw new PamError({ operation, signal: 'timeout', ...found.fault });
  }
}

/** A readable refusal with a business number. */
export function refusal(code: number): Partial<PamFault> {
  return { signal: 'code', code, httpStatus: 400 };
}
