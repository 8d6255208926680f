import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { aKeyPair } from '../support/a-key-pair.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import type { JournalEntry } from '../support/pam-core/journal.ts';
import type { CredentialView, KeyView } from '../support/pam-core/store.ts';
import { metricOf } from './metric-of.ts';
import { credential, type Stage, secret, sshKey } from './stage.ts';

/** A resource of its own whose content is watched from its creation on: how often it was sent, and what PAM has. */
export interface Cell {
  readonly kind: 'credential' | 'key';
  readonly name: string;
  /** PAM rotates the record by itself; its twin is left alone. */
  readonly rotated: boolean;
}

export const BOTH_KINDS = ['credential', 'key'] as const;

/** One cell for each kind, and its twin that PAM rotates. */
export function cellsNamed(name: string, kinds: readonly Cell['kind'][] = BOTH_KINDS): Cell[] {
  return kinds.flatMap((kind) =>
    [false, true].map((rotated) => ({ kind, name: `${name}-${kind}${rotated ? '-rotated' : ''}`, rotated })),
  );
}

const { privateKey } = aKeyPair();

/** The Secret of a cell; with another value than at its creation where one is given. */
export function cellSecret({ kind, name }: Cell, value?: string): object {
  return secret(
    name,
    kind === 'credential'
      ? { password: value ?? `first-${name}` }
      : { 'ssh-privatekey': value ?? privateKey },
  );
}

export function cellResource({ kind, name }: Cell, spec: object = {}): object {
  return kind === 'credential' ? credential(name, spec) : sshKey(name, spec);
}

export const cellObjects = (cell: Cell) => [cellSecret(cell), cellResource(cell)];
export const kindOf = ({ kind }: Cell) => (kind === 'credential' ? 'pamcredential' : 'pamsshkey');
export const identifierOf = ({ kind, name }: Cell) => `test_team-a_${name}${kind === 'key' ? '_key' : ''}`;
export const upsertOf = ({ kind }: Cell) => (kind === 'credential' ? 'C4' : 'K1');

export function readCell(stage: Stage, { kind, name }: Cell): Promise<PamCredential | PamSshKey> {
  return kind === 'credential' ? stage.credential(name) : stage.sshKey(name);
}

export function recordOf({ pam }: Stage, cell: Cell): CredentialView | KeyView | undefined {
  const identifier = identifierOf(cell);
  return cell.kind === 'credential' ? pam.store.credential(identifier) : pam.store.key(identifier);
}

/** Tells one content of a record from another: of a credential the password, of a key how often it was set. */
export function contentOf(stage: Stage, cell: Cell): string | number | null | undefined {
  const record = recordOf(stage, cell);
  return record?.kind === 'key' ? record.contentVersion : record?.content;
}

/** Every upsert of the cell that reached PAM. */
export function postsOf({ pam }: Stage, cell: Cell): JournalEntry[] {
  return pam.journal.calls({ template: upsertOf(cell), identifier: identifierOf(cell) });
}

/** Those of them that carry a password or a key. */
export function contentPosts(stage: Stage, cell: Cell): JournalEntry[] {
  return postsOf(stage, cell).filter(({ body }) => 'content' in body || 'private_key' in body);
}

export function rotate(stage: Stage, cell: Cell): void {
  const id = recordOf(stage, cell)?.id;
  if (id === undefined) throw new Error(`${cell.name} has no record`);
  stage.pam.store.rotate(id);
}

/** Creates the cells and waits until the operator could tell a rotation of each. */
export async function createCells(stage: Stage, cells: readonly Cell[]): Promise<void> {
  await stage.apply(...cells.flatMap(cellObjects));
  for (const cell of cells)
    await stage.eventually(
      () => readCell(stage, cell),
      ({ status }) => status?.content?.change !== undefined,
      `baseline of ${cell.name}`,
    );
}

/** Passes that a process has made for credentials and keys so far. */
export async function passesOf(operator: OperatorProcess): Promise<number> {
  const name = 'controller_runtime_reconcile_total';
  const counts = ['pamcredential', 'pamsshkey'].map((kind) =>
    metricOf(operator, name, `controller="${kind}"`),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
