import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import { startOperatorProcess } from '../support/operator-process.ts';
import {
  credential,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  type Stage,
  secret,
  sshKey,
  startStage,
} from './stage.ts';

/**
 * D1: what PAM Core rotated by itself is never undone by something that is no change of the Secret's value. Every cell
 * is a resource of its own, and for every cell POSTs with a secret value are counted, from its creation on.
 */
type Kind = 'credential' | 'key';

interface Cell {
  readonly kind: Kind;
  readonly name: string;
  readonly rotated: boolean;
}

interface Row {
  readonly event: string;
  /** First part of the names of the row's resources. */
  readonly name: string;
  readonly kinds: readonly Kind[];
  readonly act: (cells: readonly Cell[]) => Promise<void>;
  /** POSTs with content since the creation; 1 unless told. */
  readonly posts?: (cell: Cell) => number;
  /** The rotation comes from within the event. */
  readonly rotatesItself?: true;
  /** Not there before the event. */
  readonly createsItself?: true;
  /** Reason in the Ready condition afterwards; `Synced` unless told. */
  readonly reason?: (cell: Cell) => string;
}

const both = ['credential', 'key'] as const;
const newPassword = (name: string) => `new-${name}`;
const args = [
  ...['--backoff-base-seconds', '1', '--baseline-delay-seconds', '1', '--relist-interval-seconds', '5'],
  ...['--lease-duration-seconds', '9', '--renew-deadline-seconds', '5', '--retry-period-seconds', '1'],
];

let stage: Stage;
const { privateKey } = aKeyPair();
/** What PAM must hold in the end: of a credential its content, of a key how often its content was set. */
const expected = new Map<string, string | number | null | undefined>();

beforeAll(async () => {
  stage = await startStage({
    connection: {
      timeouts: { requestSeconds: 4 },
      inventoryIntervalSeconds: 1,
      limits: { maxInFlight: 20, requestsPerSecond: 200, burst: 200 },
    },
    args,
  });
  const cells = rows.filter(({ createsItself }) => createsItself !== true).flatMap(cellsOf);
  await stage.apply(...cells.flatMap(objectsOf));
  for (const cell of cells) await withBaseline(cell);
});
afterAll(() => stage?.stop());

function cellsOf({ name, kinds }: Row): Cell[] {
  return kinds.flatMap((kind) =>
    [false, true].map((rotated) => ({
      kind,
      name: `${name}-${kind}${rotated ? '-rotated' : ''}`,
      rotated,
    })),
  );
}

function secretOf({ kind, name }: Cell): object {
  return secret(
    name,
    kind === 'credential' ? { password: `first-${name}` } : { 'ssh-privatekey': privateKey },
  );
}

function objectsOf(cell: Cell): object[] {
  return [secretOf(cell), cell.kind === 'credential' ? credential(cell.name) : sshKey(cell.name)];
}

const plural = ({ kind }: Cell) => (kind === 'credential' ? 'pamcredential' : 'pamsshkey');
const resourceOf = (cell: Cell): Promise<PamCredential | PamSshKey> =>
  cell.kind === 'credential' ? stage.credential(cell.name) : stage.sshKey(cell.name);
const identifierOf = ({ kind, name }: Cell) => `test_team-a_${name}${kind === 'key' ? '_key' : ''}`;
const recordOf = (cell: Cell) =>
  cell.kind === 'credential'
    ? stage.pam.store.credential(identifierOf(cell))
    : stage.pam.store.key(identifierOf(cell));

function contentOf(cell: Cell): string | number | null | undefined {
  const record = recordOf(cell);
  return record !== undefined && 'privateKey' in record ? record.contentVersion : record?.content;
}

function postsOf(cell: Cell) {
  return stage.pam.journal.calls({
    template: cell.kind === 'credential' ? 'C4' : 'K1',
    identifier: identifierOf(cell),
  });
}

function contentPosts(cell: Cell): number {
  return postsOf(cell).filter(({ body }) => 'content' in body || 'private_key' in body).length;
}

async function withBaseline(cell: Cell): Promise<void> {
  await stage.eventually(
    () => resourceOf(cell),
    ({ status }) => status?.content?.change !== undefined,
    `baseline of ${cell.name}`,
  );
}

function rotate(cell: Cell): void {
  const id = recordOf(cell)?.id;
  if (id === undefined) throw new Error(`${cell.name} has no record`);
  stage.pam.store.rotate(id);
}

/** Passes that the running operator has made so far. */
async function passes(): Promise<number> {
  const text = await (await fetch(`${stage.operator().metricsUrl}/metrics`)).text();
  let sum = 0;
  for (const line of text.split('\n'))
    if (/^controller_runtime_reconcile_total\{.*controller="pam(credential|sshkey)"/.test(line))
      sum += Number(line.split(' ').at(-1));
  return sum;
}

async function afterPasses(count: number, act: () => Promise<void>): Promise<void> {
  const before = await passes();
  await act();
  await stage.eventually(passes, (now) => now - before >= count, `${count} passes`);
}

const allCells = () => rows.flatMap(cellsOf).filter((cell) => recordOf(cell) !== undefined);

/** Every resource has had a pass in the process that runs now, with the lists that it asked for. */
async function everyoneHadAPass(): Promise<void> {
  await stage.eventually(passes, (now) => now >= allCells().length, 'a pass for each resource');
}

/** Secrets are about to be sent, applied and not answered; then the process dies, and PAM goes on. */
async function crashDuring(cells: readonly Cell[], change: () => Promise<void>): Promise<void> {
  const faults = cells.map((cell) =>
    stage.pam.faults.add({
      kind: 'hang-after-commit',
      match: { path: cell.kind === 'credential' ? 'C4' : 'K1', identifier: identifierOf(cell) },
    }),
  );
  const before = new Map(cells.map((cell) => [cell.name, postsOf(cell).length]));
  await change();
  await stage.eventually(
    () =>
      cells.filter((cell) =>
        postsOf(cell)
          .slice(before.get(cell.name))
          .some(({ applied }) => applied),
      ),
    ({ length }) => length === cells.length,
    'all POSTs applied',
  );
  stage.operator().kill('SIGKILL');
  await stage.operator().exited;
  for (const fault of faults) fault.remove();
  for (const cell of cells.filter(({ rotated }) => rotated)) rotate(cell);
  for (const cell of cells) expected.set(cell.name, contentOf(cell));
  await stage.restartOperator();
}

const rows: readonly Row[] = [
  {
    event: 'the operator is restarted',
    name: 'restart',
    kinds: both,
    act: async () => {
      await stage.restartOperator();
      await everyoneHadAPass();
    },
  },
  {
    event: 'the operator is upgraded: the new process reads every Secret at every pass',
    name: 'upgrade',
    kinds: both,
    act: async () => {
      await stage.operator().stop();
      const upgraded = await startOperatorProcess({
        kubeconfigPath: stage.controlPlane.kubeconfigPath,
        namespace: OPERATOR_NAMESPACE,
        args: [...args, '--secrets-watch=false'],
      });
      try {
        const count = async () =>
          (await (await fetch(`${upgraded.metricsUrl}/metrics`)).text())
            .split('\n')
            .filter((line) => /^controller_runtime_reconcile_total.*controller="pam(cred|ssh)/.test(line))
            .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
        await stage.eventually(count, (now) => now >= allCells().length, 'a pass for each resource');
      } finally {
        await upgraded.stop();
      }
      await stage.restartOperator();
    },
  },
  {
    event: 'another process takes the lead',
    name: 'leader',
    kinds: both,
    act: async () => {
      const second = await startOperatorProcess({
        kubeconfigPath: stage.controlPlane.kubeconfigPath,
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
    kinds: both,
    act: async () => {
      const lists = () => stage.pam.journal.calls({ template: 'C1' }).length;
      const relists = async () =>
        (await (await fetch(`${stage.operator().metricsUrl}/metrics`)).text())
          .split('\n')
          .filter((line) => line.startsWith('pam_operator_watch_relists_total'))
          .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      const before = { lists: lists(), relists: await relists() };
      await stage.eventually(lists, (now) => now >= before.lists + 2, 'two more lists of PAM');
      await stage.eventually(relists, (now) => now > before.relists, 'a relist of Kubernetes');
    },
  },
  {
    event: 'the spec is edited',
    name: 'spec',
    kinds: both,
    act: async (cells) => {
      for (const cell of cells) await stage.patch(plural(cell), cell.name, { spec: { tags: ['edited'] } });
      await stage.eventually(
        () => cells.filter((cell) => cell.kind === 'key' || postsOf(cell).length === 2).length,
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
    kinds: both,
    act: (cells) =>
      afterPasses(cells.length, async () => {
        for (const { name } of cells)
          await stage.patch('secret', name, { metadata: { labels: { touched: 'yes' } } });
      }),
  },
  {
    event: 'the Secret is deleted and created again with the same value',
    name: 'recreate',
    kinds: both,
    act: async (cells) => {
      for (const { name } of cells) await stage.kubectl('delete', 'secret', name, '-n', NAMESPACE);
      await afterPasses(cells.length, () => stage.apply(...cells.map(secretOf)));
    },
  },
  {
    event: 'the status is wiped',
    name: 'wipe',
    kinds: both,
    act: async (cells) => {
      const wipe = JSON.stringify([{ op: 'replace', path: '/status', value: {} }]);
      for (const cell of cells) {
        const target = [plural(cell), cell.name, '-n', NAMESPACE, '--subresource=status'];
        await stage.kubectl('patch', ...target, '--type=json', '-p', wipe);
      }
      for (const cell of cells)
        await stage.eventually(
          () => resourceOf(cell),
          ({ status }) => status?.id !== undefined && status.content?.state === 'Kept',
          `${cell.name} known again, with the content that PAM has`,
        );
    },
  },
  {
    event: 'the resource is deleted with `Retain` and applied again',
    name: 'reapply',
    kinds: both,
    act: async (cells) => {
      for (const cell of cells) await stage.kubectl('delete', plural(cell), cell.name, '-n', NAMESPACE);
      await stage.apply(...cells.flatMap(objectsOf));
      for (const cell of cells)
        await stage.eventually(
          () => resourceOf(cell),
          ({ status }) => status?.content?.state === 'Kept',
          `${cell.name} met again`,
        );
    },
  },
  {
    event: 'D11 the operator is killed between the POST of a create and its status',
    name: 'crash-create',
    kinds: both,
    rotatesItself: true,
    createsItself: true,
    act: async (cells) => {
      await crashDuring(cells, () => stage.apply(...cells.flatMap(objectsOf)));
      for (const cell of cells) await expectPresumed(cell);
    },
  },
  {
    event: 'D11 the operator is killed between the POST of a changed Secret and its status',
    name: 'crash-update',
    kinds: ['credential'],
    rotatesItself: true,
    act: async (cells) => {
      await crashDuring(cells, () =>
        stage.apply(...cells.map(({ name }) => secret(name, { password: newPassword(name) }))),
      );
      for (const cell of cells) await expectPresumed(cell);
    },
    posts: () => 2,
  },
  {
    event: 'a changed Secret is pushed where nobody rotated, and held where somebody did',
    name: 'control',
    kinds: ['credential'],
    act: async (cells) => {
      await stage.apply(...cells.map(({ name }) => secret(name, { password: newPassword(name) })));
      for (const cell of cells.filter(({ rotated }) => !rotated)) {
        await stage.eventually(
          () => contentOf(cell),
          (value) => value === newPassword(cell.name),
          'the new password',
        );
        expected.set(cell.name, newPassword(cell.name));
      }
    },
    posts: ({ rotated }) => (rotated ? 1 : 2),
    reason: ({ rotated }) => (rotated ? 'RotatedElsewhere' : 'Synced'),
  },
];

async function expectPresumed(cell: Cell): Promise<void> {
  const { status } = await stage.reason(plural(cell), cell.name, 'Synced');
  expect(status?.content?.state, cell.name).toBe('Presumed');
}

describe.each(rows)('$event', (row) => {
  const cells = cellsOf(row);

  it('and what PAM rotated meanwhile stays as PAM has it', async () => {
    if (row.rotatesItself !== true) {
      for (const cell of cells.filter(({ rotated }) => rotated)) rotate(cell);
      for (const cell of cells) expected.set(cell.name, contentOf(cell));
    }
    await row.act(cells);
    for (const cell of cells) await stage.reason(plural(cell), cell.name, row.reason?.(cell) ?? 'Synced');
    for (const cell of cells) {
      expect(contentPosts(cell), cell.name).toBe(row.posts?.(cell) ?? 1);
      // A key that goes along with an edit is set once more, to what it was.
      if (cell.kind === 'key' && contentPosts(cell) === 2) continue;
      expect(contentOf(cell), cell.name).toBe(expected.get(cell.name));
    }
  });
});

it('nothing of that was undone by what came after it', () => {
  for (const row of rows) {
    for (const cell of cellsOf(row)) {
      expect(contentPosts(cell), cell.name).toBe(row.posts?.(cell) ?? 1);
      if (cell.rotated) expect(contentOf(cell), cell.name).toBe(expected.get(cell.name));
    }
  }
});
