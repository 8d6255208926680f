import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORCE_SYNC_ANNOTATION } from '../../src/api/names.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import {
  type Cell,
  cellResource,
  cellSecret,
  contentPosts,
  createCells,
  identifierOf,
  kindOf,
  readCell,
  recordOf,
  upsertOf,
} from './content-cells.ts';
import { probeCredentials } from './credential-probe.ts';
import { type Stage, startStage } from './stage.ts';

/**
 * D9: PAM may or may not have applied a push whose answer never came, and may apply it later still. What was applied
 * late would overwrite a newer value, so that one waits for a minute, as it really does here: all rows wait at once,
 * while the other tests of this file run.
 */
interface LateRow {
  readonly because: string;
  readonly cell: Cell;
  /** The first POST is the late one, so the record does not exist. */
  readonly create?: true;
  /** How many POSTs go wrong; all until the next value unless told. */
  readonly times?: number;
  /** What else happens with the next value. */
  readonly also?: () => Promise<void>;
}

/** Half of the minute: without the wait the newer value would be there before, and be overwritten. */
const LATE_MS = 30_000;
const SETTLING_MS = 60_000;

const keys = [aKeyPair().privateKey, aKeyPair().privateKey];
const lateValue = ({ kind, name }: Cell, turn: number) =>
  kind === 'key' ? keys[turn] : `late-${turn}-${name}`;
const late = (kind: Cell['kind'], name: string): Cell => ({ kind, name, rotated: false });

let stage: Stage;
const { pushes, inPam, ready, inSync, baseline, setSecret, forceSync } = probeCredentials(() => stage);
const identifier = (name: string) => `test_team-a_${name}`;

const rows: readonly LateRow[] = [
  {
    because: 'another process takes over',
    cell: late('credential', 'late-restart'),
    also: () => stage.restartOperator(),
  },
  { because: 'nothing else happens', cell: late('credential', 'late') },
  { because: 'nothing else happens to a key', cell: late('key', 'late-key') },
  { because: 'a second try of the value gets through', cell: late('credential', 'late-retry'), times: 1 },
  { because: 'the record is just being created', cell: late('credential', 'late-create'), create: true },
  {
    because: 'a force-sync asks for the newer value',
    cell: late('credential', 'late-forced'),
    also: () =>
      stage.patch('pamcredential', 'late-forced', {
        metadata: { annotations: { [FORCE_SYNC_ANNOTATION]: 'now' } },
      }),
  },
];

beforeAll(async () => {
  stage = await startStage({
    connection: { timeouts: { requestSeconds: 2 } },
    args: ['--backoff-base-seconds', '1', '--baseline-delay-seconds', '1'],
  });
  await createCells(
    stage,
    rows.filter(({ create }) => create !== true).map(({ cell }) => cell),
  );
});
afterAll(() => stage?.stop());

const valueInPam = (cell: Cell) => {
  const record = recordOf(stage, cell);
  return record?.kind === 'key' ? record.privateKey : record?.content;
};
const latePosts = (cell: Cell) =>
  contentPosts(stage, cell).filter(({ faults }) => faults.includes('late-commit'));

describe('a push that gets 504 now and is applied half a minute later: the next value waits', () => {
  it.each(rows)('when $because', async ({ cell, create, times, also }) => {
    const fault = stage.pam.faults.add({
      kind: 'late-commit',
      ms: LATE_MS,
      match: { path: upsertOf(cell), identifier: identifierOf(cell), ...(times !== undefined && { times }) },
    });
    await stage.apply(cellSecret(cell, lateValue(cell, 0)), ...(create ? [cellResource(cell)] : []));
    await stage.eventually(
      () => readCell(stage, cell),
      ({ status }) =>
        times === undefined
          ? status?.lastError?.reason === 'PamUnavailable'
          : fault.fired() === times && status?.pending === undefined && status?.content?.change === undefined,
      `the 504 of ${cell.name}`,
    );
    await stage.apply(cellSecret(cell, lateValue(cell, 1)));
    await also?.();
    await stage.reason(kindOf(cell), cell.name, 'Progressing');
    fault.remove();
    expect(valueInPam(cell)).not.toBe(lateValue(cell, 1));
  });
});

describe('an answer that never comes', () => {
  it('D9 timed out but applied: one POST, `Presumed`; a force-sync and the next change push', async () => {
    stage.pam.faults.add({
      kind: 'hang-after-commit',
      match: { path: 'C4', identifier: identifier('d9'), times: 1 },
    });
    await inSync('d9');
    expect(pushes('d9')).toBe(1);
    expect((await stage.credential('d9')).status?.content?.state).toBe('Presumed');
    expect((await ready('d9'))?.message).toContain('a force-sync pushes again');
    await forceSync('d9', 'once');
    await stage.eventually(
      () => stage.credential('d9'),
      ({ status }) => status?.lastHandledForceSync === 'once',
      'the force-sync',
    );
    expect(pushes('d9')).toBe(2);
  });

  it('D9 a 502 after PAM has applied a changed Secret: not sent again, and the next change is no rotation', async () => {
    await inSync('d9-502');
    await baseline('d9-502');
    stage.pam.faults.add({
      kind: 'bad-gateway-html-after-commit',
      match: { path: 'C4', identifier: identifier('d9-502'), times: 1 },
    });
    await setSecret('d9-502', 'two');
    await stage.eventually(
      () => stage.credential('d9-502'),
      ({ status }) => status?.content?.state === 'Presumed',
      'presumed',
    );
    expect(pushes('d9-502')).toBe(2);
    expect(inPam('d9-502')?.content).toBe('two');
    await setSecret('d9-502', 'three');
    await stage.reason('pamcredential', 'd9-502', 'Progressing');
    expect((await ready('d9-502'))?.message).toContain('waits a minute');
    expect(pushes('d9-502')).toBe(2);
  });

  it('D9 not applied: the same value is sent again, once', async () => {
    await inSync('d9-lost');
    stage.pam.faults.add({
      kind: 'hang-before-commit',
      match: { path: 'C4', identifier: identifier('d9-lost'), times: 1 },
    });
    await setSecret('d9-lost', 'two');
    await stage.eventually(
      () => stage.credential('d9-lost'),
      ({ status }) => status?.lastError?.reason === 'PamTimeout',
      'the timeout',
    );
    await stage.reason('pamcredential', 'd9-lost', 'Synced');
    expect(inPam('d9-lost')?.content).toBe('two');
    expect(pushes('d9-lost')).toBe(3);
  });
});

describe('a minute after the 504 the newest value is in PAM', () => {
  it.each(rows)('when $because', { timeout: 180_000 }, async ({ cell, times }) => {
    await stage.eventually(
      () => latePosts(cell),
      (sent) => sent.length > 0 && sent.every(({ applied }) => applied),
      `the late values of ${cell.name} in PAM`,
    );
    await stage.eventually(
      () => valueInPam(cell),
      (value) => value === lateValue(cell, 1),
      `the newest value of ${cell.name} in PAM`,
    );
    await stage.reason(kindOf(cell), cell.name, 'Synced');
    const before = latePosts(cell).at(-1);
    const since = contentPosts(stage, cell).filter(({ sequence }) => sequence > (before?.sequence ?? 0));
    // Apart from a second try of the late value, which went through, it is sent once.
    expect(since).toHaveLength(times === undefined ? 1 : 2);
    const waitedMs = (since.at(-1)?.arrivedAtMs ?? 0) - (before?.arrivedAtMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(SETTLING_MS);
    expect(valueInPam(cell)).toBe(lateValue(cell, 1));
  });
});
