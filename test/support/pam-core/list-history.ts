import type { PamRecord } from './record.ts';

interface Moment {
  readonly time: number;
  readonly record: PamRecord;
}

/** Moments kept per record; more than any test's lag needs. */
const kept = 20;

/** Earlier states of records, for a list that is only eventually consistent. */
export class ListHistory {
  readonly #moments = new Map<string, Moment[]>();

  remember(record: PamRecord, time: number): void {
    const moments = this.#moments.get(record.id) ?? [];
    moments.push({ time, record: snapshotOf(record) });
    this.#moments.set(record.id, moments.slice(-kept));
  }

  forget(id: string): void {
    this.#moments.delete(id);
  }

  /** Each record as it was at that time (milliseconds since 1970); those born later are missing. */
  at(time: number): PamRecord[] {
    return [...this.#moments.values()].flatMap((moments) => {
      const moment = moments.findLast((candidate) => candidate.time <= time);
      return moment === undefined ? [] : [moment.record];
    });
  }
}

/** Grants stay live: taking a record away works at once. */
function snapshotOf(record: PamRecord): PamRecord {
  if (record.kind === 'key') return { ...record };
  return { ...record, fields: { ...record.fields }, settings: { ...record.settings } };
}
