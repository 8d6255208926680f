import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
import {
  type Cell,
  cellSecret,
  cellsNamed,
  contentOf,
  contentPosts,
  createCells,
  kindOf,
  passesOf,
  readCell,
} from './content-cells.ts';
import { probeCredentials } from './credential-probe.ts';
import { OPERATOR_NAMESPACE, type Stage, startStage } from './stage.ts';

/** Without the key of their digests nobody can tell whether a Secret has changed: what PAM has is kept. */
let stage: Stage;
const { inPam, inSync, setSecret } = probeCredentials(() => stage);

beforeAll(async () => {
  stage = await startStage({ args: ['--baseline-delay-seconds', '1'] });
});
afterAll(() => stage?.stop());

const KEY = ['secret/pam-operator-install-key', '-n', OPERATOR_NAMESPACE];
const deleteKey = () => stage.kubectl('delete', ...KEY);

function applyKey(fields: object): Promise<void> {
  const metadata = { name: 'pam-operator-install-key', namespace: OPERATOR_NAMESPACE };
  return stage.apply({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, ...fields });
}

const anotherKey = () => applyKey({ immutable: true, data: { key: randomBytes(32).toString('base64') } });

interface Row {
  readonly because: string;
  readonly name: string;
  /** Under the running operator. */
  readonly before?: () => Promise<unknown>;
  /** While no operator runs. */
  readonly between?: () => Promise<unknown>;
}

async function replaceKey(): Promise<void> {
  await deleteKey();
  await anotherKey();
}

const rows: readonly Row[] = [
  { because: 'it is lost while no operator runs', name: 'lost', between: deleteKey },
  { because: 'it is replaced while no operator runs', name: 'replaced', between: replaceKey },
  { because: 'it is lost under the running operator', name: 'lost-running', before: deleteKey },
  { because: 'it is replaced under the running operator', name: 'running', before: replaceKey },
];

/** Resources whose Secret stays as it is, and others whose Secret changes while the key goes. */
const kept = ({ name }: Row) => cellsNamed(`${name}-same`);
const changed = ({ name }: Row) => cellsNamed(`${name}-changed`);
const newKey = aKeyPair().privateKey;
const changeSecret = (cell: Cell) => cellSecret(cell, cell.kind === 'key' ? newKey : `new-${cell.name}`);

async function keyIdOf(cell: Cell): Promise<string | undefined> {
  const { status } = await readCell(stage, cell);
  const ids = [status?.seal, status?.applied, status?.content?.digest].map((text) => text?.slice(0, 8));
  return new Set(ids).size === 1 ? ids[0] : undefined;
}

describe('the install key', () => {
  const all = rows.flatMap((row) => [...kept(row), ...changed(row)]);
  beforeAll(() => createCells(stage, all));

  describe.each(rows)('$because', (row) => {
    const cells = [...kept(row), ...changed(row)];

    it('and the digests are made anew without a call; a Secret that changed meanwhile is kept from PAM', async () => {
      const [first] = cells;
      const keyBefore = first && (await keyIdOf(first));
      const held = cells.map((cell) => contentOf(stage, cell));
      const calls = stage.pam.journal.writes().length;
      await row.before?.();
      await stage.operator().stop();
      await row.between?.();
      await stage.apply(...changed(row).map(changeSecret));
      await stage.restartOperator();

      for (const cell of cells)
        await stage.eventually(
          () => keyIdOf(cell),
          (id) => id !== undefined && id !== keyBefore,
          `${cell.name} under another key`,
        );
      for (const cell of cells) {
        const { status } = await stage.reason(kindOf(cell), cell.name, 'Synced');
        const state = changed(row).some(({ name }) => name === cell.name) ? 'Kept' : 'Pushed';
        expect(status?.content?.state, cell.name).toBe(state);
      }
      await stage.eventually(
        () => passesOf(stage.operator()),
        (passes) => passes >= all.length,
        'a pass for each resource',
      );
      expect(stage.pam.journal.writes().slice(calls)).toEqual([]);
      expect(cells.map((cell) => contentOf(stage, cell))).toEqual(held);
    });

    it('and the next change of each Secret is pushed again', async () => {
      const [credential] = changed(row);
      if (credential === undefined) throw new Error('no credential');
      await stage.apply(cellSecret(credential, `next-${row.name}`));
      await stage.eventually(
        () => contentOf(stage, credential),
        (value) => value === `next-${row.name}`,
        'the next password',
      );
      expect(contentPosts(stage, credential)).toHaveLength(2);
    });
  });

  it('that a process has read serves it until its end, so that it still tells which Secrets change', async () => {
    const unchanged: Cell = { kind: 'credential', name: 'unchanged', rotated: false };
    const credential: Cell = { ...unchanged, name: 'pushed' };
    await createCells(stage, [unchanged, credential]);
    const before = await keyIdOf(credential);
    await replaceKey();
    await stage.apply(cellSecret(credential, 'two'));
    await stage.eventually(
      () => contentOf(stage, credential),
      (value) => value === 'two',
      'the changed password',
    );
    const { status } = await stage.reason('pamcredential', credential.name, 'Synced');
    expect(status?.content?.state).toBe('Pushed');
    expect(await keyIdOf(credential)).toBe(before);
    expect(await keyIdOf(unchanged)).toBe(before);
    expect(contentPosts(stage, unchanged)).toHaveLength(1);
    await stage.restartOperator();
  });

  it('cannot be read: nothing is pushed and nothing enabled, but a disable goes out', async () => {
    await inSync('keyless', { enabled: true });
    await inSync('keyless-off', { enabled: false });
    const stored = JSON.parse(await stage.kubectl('get', ...KEY, '-o', 'json')) as { data: object };
    await stage.operator().stop();
    await deleteKey();
    await applyKey({ stringData: { key: 'short' } });
    await stage.restartOperator();
    await setSecret('keyless', 'two');
    await stage.patch('pamcredential', 'keyless', { spec: { enabled: false } });
    await stage.patch('pamcredential', 'keyless-off', { spec: { enabled: true } });
    await stage.reason('pamcredential', 'keyless', 'InstallKeyUnavailable');
    await stage.reason('pamcredential', 'keyless-off', 'InstallKeyUnavailable');
    expect(inPam('keyless')).toMatchObject({ enabled: false, content: 'one-keyless' });
    expect(inPam('keyless-off')?.enabled).toBe(false);
    await stage.operator().stop();
    await deleteKey();
    await applyKey({ immutable: true, data: stored.data });
    await stage.restartOperator();
    await stage.reason('pamcredential', 'keyless', 'Synced');
    await stage.reason('pamcredential', 'keyless-off', 'Synced');
    await stage.eventually(
      () => inPam('keyless'),
      (record) => record?.content === 'two' && !record.enabled,
      'the new password of a disabled record',
    );
    expect(inPam('keyless-off')?.enabled).toBe(true);
  });
});
