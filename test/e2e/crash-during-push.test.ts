import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
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
  identifierOf,
  kindOf,
  passesOf,
  postsOf,
  recordOf,
  rotate,
  upsertOf,
} from './content-cells.ts';
import { type Stage, startStage } from './stage.ts';

/**
 * D11: the operator is killed between the POST with a password or a key and its status. One kill hits all rows, each
 * with resources of its own; PAM rotates half of the records before the next process starts.
 */
interface Row {
  readonly because: string;
  readonly name: string;
  readonly kinds: readonly Cell['kind'][];
  readonly create: boolean;
  /** The spec is edited, not the Secret: PAM asks for the key in every POST of one. */
  readonly edit?: true;
  /** What PAM did with the call whose answer never came. */
  readonly fault: 'hang-after-commit' | 'hang-before-commit';
  /** POSTs with content in the end: all, and those that PAM applied. */
  readonly posts: (cell: Cell) => { readonly all: number; readonly applied: number };
  readonly state: (cell: Cell) => 'Presumed' | 'Pushed';
}

const rows: readonly Row[] = [
  {
    because: 'a create that PAM applied is found in its list, and not sent again',
    name: 'create',
    kinds: BOTH_KINDS,
    create: true,
    fault: 'hang-after-commit',
    posts: () => ({ all: 1, applied: 1 }),
    state: () => 'Presumed',
  },
  {
    because: 'an update that PAM applied is found in its list, and not sent again',
    name: 'update',
    kinds: BOTH_KINDS,
    create: false,
    fault: 'hang-after-commit',
    posts: () => ({ all: 2, applied: 2 }),
    state: () => 'Presumed',
  },
  {
    because: 'an update that never arrived is sent again, once, unless PAM rotated the record meanwhile',
    name: 'lost',
    kinds: BOTH_KINDS,
    create: false,
    fault: 'hang-before-commit',
    posts: ({ rotated }) => (rotated ? { all: 2, applied: 1 } : { all: 3, applied: 2 }),
    state: ({ rotated }) => (rotated ? 'Presumed' : 'Pushed'),
  },
  {
    because: 'an edit of a key that PAM applied is found in its list: neither a rotation, nor sent again',
    name: 'edit',
    kinds: ['key'],
    create: false,
    edit: true,
    fault: 'hang-after-commit',
    posts: () => ({ all: 2, applied: 2 }),
    state: () => 'Presumed',
  },
  {
    because: 'an edit of a key that never arrived is sent again, unless PAM rotated the key meanwhile',
    name: 'lost-edit',
    kinds: ['key'],
    create: false,
    edit: true,
    fault: 'hang-before-commit',
    posts: ({ rotated }) => (rotated ? { all: 2, applied: 1 } : { all: 3, applied: 2 }),
    state: ({ rotated }) => (rotated ? 'Presumed' : 'Pushed'),
  },
];

const newKey = aKeyPair().privateKey;
const newValue = ({ kind, name }: Cell) => (kind === 'key' ? newKey : `new-${name}`);
const cellsOf = ({ name, kinds }: Row) => cellsNamed(name, kinds);
const allCells = rows.flatMap(cellsOf);
/** What PAM held when the next process started, see `contentOf`. */
const atStart = new Map<string, string | number | null | undefined>();
let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    // All POSTs hang at once, and none may be given up before the last one hangs.
    connection: { limits: { maxInFlight: 20, requestsPerSecond: 200, burst: 200 } },
    args: ['--baseline-delay-seconds', '1'],
  });
  await createCells(stage, rows.filter(({ create }) => !create).flatMap(cellsOf));
  const faults = rows.flatMap((row) =>
    cellsOf(row).map((cell) =>
      stage.pam.faults.add({
        kind: row.fault,
        match: { path: upsertOf(cell), identifier: identifierOf(cell) },
      }),
    ),
  );
  await stage.apply(
    ...rows.flatMap((row) =>
      cellsOf(row).flatMap((cell) => {
        if (row.create) return cellObjects(cell);
        return row.edit ? [cellResource(cell, { tags: ['edited'] })] : [cellSecret(cell, newValue(cell))];
      }),
    ),
  );
  await stage.eventually(
    () => faults.filter((fault) => fault.fired() === 0).length,
    (missing) => missing === 0,
    'every POST hangs',
  );
  const isDone = (row: Row, cell: Cell) =>
    row.fault === 'hang-before-commit' || postsOf(stage, cell).at(-1)?.applied === true;
  await stage.eventually(
    () => rows.every((row) => cellsOf(row).every((cell) => isDone(row, cell))),
    Boolean,
    'those that PAM applies are applied',
  );
  stage.operator().kill('SIGKILL');
  await stage.operator().exited;
  for (const fault of faults) fault.remove();
  for (const cell of allCells.filter(({ rotated }) => rotated)) rotate(stage, cell);
  for (const cell of allCells) atStart.set(cell.name, contentOf(stage, cell));
  await stage.restartOperator();
});
afterAll(() => stage?.stop());

describe.each(rows)('$because', (row) => {
  it.each(cellsOf(row))('$name', async (cell) => {
    const { status } = await stage.reason(kindOf(cell), cell.name, 'Synced');
    expect(status?.content?.state).toBe(row.state(cell));
    expect(status?.pending).toBeUndefined();
    const sent = contentPosts(stage, cell);
    const { all, applied } = row.posts(cell);
    expect(sent.length, 'POSTs with content').toBe(all);
    expect(sent.filter((post) => post.applied).length, 'those of them that PAM applied').toBe(applied);
    const record = recordOf(stage, cell);
    const inPam = record?.kind === 'key' ? record.privateKey : record?.content;
    if (row.state(cell) === 'Presumed') expect(contentOf(stage, cell)).toBe(atStart.get(cell.name));
    if (!cell.rotated && !row.create && !row.edit) expect(inPam).toBe(newValue(cell));
  });
});

it('nothing is sent by the process after that', async () => {
  const count = () => allCells.map((cell) => contentPosts(stage, cell).length);
  const before = count();
  await stage.restartOperator();
  await stage.eventually(
    () => passesOf(stage.operator()),
    (passes) => passes >= allCells.length,
    'a pass for each resource',
  );
  expect(count()).toEqual(before);
});
