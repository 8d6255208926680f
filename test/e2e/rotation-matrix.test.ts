import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
import { startOperatorProcess } from '../support/operator-process.ts';
import {
  BOTH_KINDS,
  type Cell,
  cellObjects,
  cellResource,
  cellSecret,
  cellsNamed,
  contentOf,
  contentPosts,
  createCells,
  kindOf,
  passesOf,
  postsOf,
  readCell,
  recordOf,
  rotate,
} from './content-cells.ts';
import { metricOf } from './metric-of.ts';
import { NAMESPACE, OPERATOR_NAMESPACE, type Stage, startStage } from './stage.ts';

/**
 * D1: what PAM Core rotated by itself is never undone by something that is no change of the Secret's value. Every cell
 * is a resource of its own, and for every cell POSTs with a secret value are counted, from its creation on. What a
 * crash or another version of the operator could do to it is in files of their own.
 */
interface Row {
  readonly event: string;
  /** First part of the names of the row's resources. */
  readonly name: string;
  readonly kinds: readonly Cell['kind'][];
  readonly act: (cells: readonly Cell[]) => Promise<void>;
  /** POSTs with content since the creation; 1 unless told. */
  readonly posts?: (cell: Cell) => number;
  /** Reason in the Ready condition afterwards; `Synced` unless told. */
  readonly reason?: (cell: Cell) => string;
}

const newKey = aKeyPair().privateKey;
const newValue = ({ kind, name }: Cell) => (kind === 'key' ? newKey : `new-${name}`);
const args = ['--baseline-delay-seconds', '1', '--relist-interval-seconds', '5'];

let stage: Stage;
/** What PAM must hold in the end, see `contentOf`. */
const expected = new Map<string, string | number | null | undefined>();

beforeAll(async () => {
  stage = await startStage({ connection: { inventoryIntervalSeconds: 1 }, args });
  await createCells(stage, rows.flatMap(cellsOf));
});
afterAll(() => stage?.stop());

const cellsOf = ({ name, kinds }: Row) => cellsNamed(name, kinds);

async function afterPasses(count: number, act: () => Promise<void>): Promise<void> {
  const passes = () => passesOf(stage.operator());
  const before = await passes();
  await act();
  await stage.eventually(passes, (now) => now - before >= count, `${count} passes`);
}

/** Every resource has had a pass in this process, with the lists that it asked for. */
async function everyoneHadAPass(operator = stage.operator()): Promise<void> {
  const all = rows.flatMap(cellsOf).filter((cell) => recordOf(stage, cell) !== undefined).length;
  await stage.eventually(
    () => passesOf(operator),
    (now) => now >= all,
    'a pass for each resource',
  );
}

function changeSecrets(cells: readonly Cell[]): Promise<void> {
  return stage.apply(...cells.map((cell) => cellSecret(cell, newValue(cell))));
}

async function wipeStatus(cells: readonly Cell[]): Promise<void> {
  const wipe = JSON.stringify([{ op: 'replace', path: '/status', value: {} }]);
  for (const cell of cells) {
    const target = [kindOf(cell), cell.name, '-n', NAMESPACE, '--subresource=status'];
    await stage.kubectl('patch', ...target, '--type=json', '-p', wipe);
  }
}

/** They are known again, with the content that PAM has. */
async function areKept(cells: readonly Cell[]): Promise<void> {
  for (const cell of cells)
    await stage.eventually(
      () => readCell(stage, cell),
      ({ status }) => status?.id !== undefined && status.content?.state === 'Kept',
      `${cell.name} with the content that PAM has`,
    );
}

const rows: readonly Row[] = [
  {
    event: 'the operator is restarted',
    name: 'restart',
    kinds: BOTH_KINDS,
    act: async () => {
      await stage.restartOperator();
      await everyoneHadAPass();
    },
  },
  {
    event: 'the operator gets other settings: it reads every Secret at every pass',
    name: 'settings',
    kinds: BOTH_KINDS,
    act: async () => {
      await stage.operator().stop();
      const other = await startOperatorProcess({
        kubeconfigPath: stage.operatorKubeconfigPath,
        namespace: OPERATOR_NAMESPACE,
        args: [...args, '--secrets-watch=false'],
      });
      try {
        await everyoneHadAPass(other);
      } finally {
        await other.stop();
      }
      await stage.restartOperator();
    },
  },
  {
    event: 'another process takes the lead',
    name: 'leader',
    kinds: BOTH_KINDS,
    act: async () => {
      const second = await startOperatorProcess({
        kubeconfigPath: stage.operatorKubeconfigPath,
        namespace: OPERATOR_NAMESPACE,
        args,
      });
      await stage.operator().stop();
      await stage.eventually(
        () => second.log().some(({ msg }) => msg === 'Became the leader'),
        Boolean,
        'the second leads',
      );
      await stage.restartOperator();
      await second.stop();
      await everyoneHadAPass();
    },
  },
  {
    event: 'everything is listed anew, in PAM and in Kubernetes',
    name: 'resync',
    kinds: BOTH_KINDS,
    act: async () => {
      const lists = () => stage.pam.journal.calls({ template: 'C1' }).length;
      const relists = () => metricOf(stage.operator(), 'pam_operator_watch_relists_total');
      const before = { lists: lists(), relists: await relists() };
      await stage.eventually(lists, (now) => now >= before.lists + 2, 'two more lists of PAM');
      await stage.eventually(relists, (now) => now > before.relists, 'a relist of Kubernetes');
    },
  },
  {
    event: 'the spec is edited',
    name: 'spec',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      for (const cell of cells) await stage.patch(kindOf(cell), cell.name, { spec: { tags: ['edited'] } });
      await stage.eventually(
        () => cells.filter((cell) => cell.kind === 'key' || postsOf(stage, cell).length === 2).length,
        (count) => count === cells.length,
        'the edit of each credential in PAM',
      );
    },
    // PAM asks for the key in every POST of one, so the edit takes it along where nobody else changed it.
    posts: ({ kind, rotated }) => (kind === 'key' && !rotated ? 2 : 1),
    reason: ({ kind, rotated }) => (kind === 'key' && rotated ? 'RotatedElsewhere' : 'Synced'),
  },
  {
    event: 'the metadata of the Secret is touched',
    name: 'touch',
    kinds: BOTH_KINDS,
    act: (cells) =>
      afterPasses(cells.length, async () => {
        for (const { name } of cells)
          await stage.patch('secret', name, { metadata: { labels: { touched: 'yes' } } });
      }),
  },
  {
    event: 'the Secret is deleted and created again with the same value',
    name: 'recreate',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      for (const { name } of cells) await stage.kubectl('delete', 'secret', name, '-n', NAMESPACE);
      await afterPasses(cells.length, () => stage.apply(...cells.map((cell) => cellSecret(cell))));
    },
  },
  {
    event: 'the status is wiped',
    name: 'wipe',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      await wipeStatus(cells);
      await areKept(cells);
    },
  },
  {
    event: 'the resource is deleted with `Retain` and applied again',
    name: 'reapply',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      for (const cell of cells) await stage.kubectl('delete', kindOf(cell), cell.name, '-n', NAMESPACE);
      await stage.apply(...cells.flatMap(cellObjects));
      await areKept(cells);
    },
  },
  {
    event: 'the status is wiped while the Secret changes',
    name: 'wipe-changed',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      await stage.operator().stop();
      await wipeStatus(cells);
      await changeSecrets(cells);
      await stage.restartOperator();
      await areKept(cells);
    },
  },
  {
    event: 'the resource is deleted, and applied again after its Secret has changed',
    name: 'reapply-changed',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      for (const cell of cells) await stage.kubectl('delete', kindOf(cell), cell.name, '-n', NAMESPACE);
      await changeSecrets(cells);
      await stage.apply(...cells.map((cell) => cellResource(cell)));
      await areKept(cells);
    },
  },
  {
    event: 'a changed Secret is pushed where nobody rotated, and held where somebody did',
    name: 'control',
    kinds: BOTH_KINDS,
    act: async (cells) => {
      await changeSecrets(cells);
      for (const cell of cells.filter(({ rotated }) => !rotated)) {
        await stage.eventually(
          () => recordOf(stage, cell),
          (record) => (record?.kind === 'key' ? record.privateKey : record?.content) === newValue(cell),
          `the new value of ${cell.name}`,
        );
        expected.set(cell.name, contentOf(stage, cell));
      }
    },
    posts: ({ rotated }) => (rotated ? 1 : 2),
    reason: ({ rotated }) => (rotated ? 'RotatedElsewhere' : 'Synced'),
  },
];

describe.each(rows)('$event', (row) => {
  const cells = cellsOf(row);

  it('and what PAM rotated meanwhile stays as PAM has it', async () => {
    for (const cell of cells.filter(({ rotated }) => rotated)) rotate(stage, cell);
    for (const cell of cells) expected.set(cell.name, contentOf(stage, cell));
    await row.act(cells);
    for (const cell of cells) await stage.reason(kindOf(cell), cell.name, row.reason?.(cell) ?? 'Synced');
    for (const cell of cells) {
      expect(contentPosts(stage, cell), cell.name).toHaveLength(row.posts?.(cell) ?? 1);
      // A key that goes along with an edit is set once more, to what it was.
      if (cell.kind === 'key' && contentPosts(stage, cell).length === 2) continue;
      expect(contentOf(stage, cell), cell.name).toBe(expected.get(cell.name));
    }
  });
});

it('nothing of that was undone by what came after it', () => {
  for (const row of rows) {
    for (const cell of cellsOf(row)) {
      expect(contentPosts(stage, cell), cell.name).toHaveLength(row.posts?.(cell) ?? 1);
      if (cell.rotated) expect(contentOf(stage, cell), cell.name).toBe(expected.get(cell.name));
    }
  }
});
