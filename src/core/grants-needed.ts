import type { Action } from './action.ts';
import { type Failure, problem } from './failure.ts';
import { fold } from './glob.ts';
import { type GrantOperation, type GrantRequest, isGranted, missingGrant } from './grants.ts';
import type { InventoryEntry } from './inventory.ts';
import type { DeclaredRecord } from './managed-resource.ts';
import type { RecordDecision } from './plan-record.ts';
import type { Situation } from './situation.ts';

/** A target that a grant is asked for. */
export interface Target {
  readonly username: string;
  readonly hostname: string;
}

/**
 * The first of these operations that no grant allows, as a failure that prints the grant that would help;
 * absent when all are allowed. Asked for what the spec says *and* for what the inventory's entry says: either one
 * alone could name a harmless target. Where no list was asked for, the last one says it; but a disable waits for none.
 */
export function refusedGrant(
  situation: Situation,
  record: RecordDecision,
  operations: Iterable<GrantOperation>,
): Failure | undefined {
  const { declared, connection } = situation;
  const named = namedIdentifier(declared, record.identifier, connection.identifierPrefix);
  const asked = new Set(operations);
  // A name that another namespace's resource may derive: taking it is an adoption even while nothing has it.
  if (named.literally && asked.has('Create')) asked.add('Adopt');
  for (const operation of asked) {
    const entry = operation === 'Disable' ? record.entry : (record.entry ?? lastEntry(situation, record));
    for (const target of targets(situation, entry)) {
      const request = ask(situation, target, operation, named);
      if (!isGranted(connection.grants, request)) return notGranted(request);
    }
  }
  return undefined;
}

/**
 * What a grant has to say of an identifier. The derived one is this resource's own, also where a record without an
 * identifier takes it on adoption: no grant has to name it.
 */
export function namedIdentifier(
  declared: DeclaredRecord,
  identifier: string,
  prefix: string,
): Pick<GrantRequest, 'identifier' | 'literally'> {
  if (!declared.explicit && fold(identifier) === fold(declared.identifier)) return {};
  return { identifier, literally: fold(identifier).startsWith(fold(`${prefix}_`)) };
}

/**
 * Before anything is asked of PAM: a resource without a grant for any write to its target causes no call, not even
 * the shared list.
 */
export function anyOperationGranted(situation: Situation): Failure | undefined {
  const { declared, connection } = situation;
  const named = namedIdentifier(declared, declared.identifier, connection.identifierPrefix);
  const request = (operation: GrantOperation) => ask(situation, declared, operation, named);
  const writes: readonly GrantOperation[] = ['Create', 'Update', 'Adopt', 'Enable', 'Disable'];
  if (writes.some((operation) => isGranted(situation.connection.grants, request(operation))))
    return undefined;
  return notGranted(request('Create'));
}

/** What a plan does, in the words of grants. */
export function operationsOf(actions: readonly Action[]): ReadonlySet<GrantOperation> {
  const operations = new Set<GrantOperation>();
  for (const action of actions) {
    if (action.do === 'enable') operations.add('Enable');
    if (action.do === 'disable') operations.add('Disable');
    if (action.do === 'upsert') operations.add(action.mode === 'create' ? 'Create' : 'Update');
    if (action.do === 'upsert' && action.mode === 'adopt') operations.add('Adopt');
  }
  return operations;
}

function lastEntry({ lastInventory }: Situation, { exists, id }: RecordDecision): InventoryEntry | undefined {
  return exists ? lastInventory?.byId(id) : undefined;
}

function targets({ declared }: Situation, entry: InventoryEntry | undefined): readonly Target[] {
  const same =
    entry === undefined ||
    (fold(entry.username) === fold(declared.username) && fold(entry.hostname) === fold(declared.hostname));
  return same ? [declared] : [declared, entry];
}

function ask(
  { resource, connection }: Situation,
  { username, hostname }: Target,
  operation: GrantOperation,
  named: Pick<GrantRequest, 'identifier' | 'literally'>,
): GrantRequest {
  const { namespace } = resource.metadata;
  const { namespaceLabels } = connection;
  return { namespace, namespaceLabels, username, hostname, operation, ...named };
}

export function notGranted(request: GrantRequest): Failure {
  const { operation, username, hostname, namespace } = request;
  return problem(
    'NotGranted',
    `The connection grants namespace ${namespace} no ${operation} for ${username} on ${hostname}`,
    `Ask the platform team for a grant such as ${missingGrant(request)}`,
  );
}
