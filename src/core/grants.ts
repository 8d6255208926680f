import type { PamConnectionSpec } from '../api/pam-connection.gen.ts';
import { fold, matchesGlob } from './glob.ts';

type Grant = NonNullable<PamConnectionSpec['grants']>[number];
export type GrantOperation = Grant['operations'][number];

/** What a resource is about to do to one target. */
export interface GrantRequest {
  readonly namespace: string;
  /** Labels of that namespace; absent when the operator may not read namespaces: then no selector matches. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly hostname: string;
  readonly username: string;
  readonly operation: GrantOperation;
  /** Asked for only where the identifier is explicit or adopted; a derived one belongs to the namespace. */
  readonly identifier?: string;
  /**
   * The identifier has this cluster's own form (`<identifierPrefix>_…`), so another namespace's resource may
   * derive it: a glob is not enough, the grant must name it literally.
   */
  readonly literally?: boolean;
}

/**
 * Whether the platform team allows it. Deny by default: some one grant must cover namespace, hostname, username,
 * operation and, where asked, the identifier. Grants do not add up: a hostname from one and an operation from
 * another would allow what nobody wrote.
 */
export function isGranted(grants: readonly Grant[] | undefined, request: GrantRequest): boolean {
  return (grants ?? []).some((grant) => covers(grant, request));
}

/** The grant that would help, as one line of YAML that can be pasted under `grants:`. */
export function missingGrant({ namespace, hostname, username, operation, identifier }: GrantRequest): string {
  const identifiers = identifier === undefined ? '' : `, identifiers: [${quoted(identifier)}]`;
  return (
    `{namespaces: {names: [${quoted(namespace)}]}, hostnames: [${quoted(hostname)}], ` +
    `usernames: [${quoted(username)}], operations: [${operation}]${identifiers}}`
  );
}

/** A name that holds a quote must not end its quotes: the rest of it would be read as a part of the grant. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function covers(grant: Grant, request: GrantRequest): boolean {
  return (
    grant.operations.includes(request.operation) &&
    coversNamespace(grant.namespaces, request) &&
    grant.hostnames.some((pattern) => matchesGlob(pattern, request.hostname)) &&
    grant.usernames.some((pattern) => matchesGlob(pattern, request.username)) &&
    (request.identifier === undefined || coversIdentifier(grant, request))
  );
}

function coversIdentifier(grant: Grant, { identifier = '', literally = false }: GrantRequest): boolean {
  return (grant.identifiers ?? []).some((pattern) =>
    literally ? fold(pattern) === fold(identifier) : matchesGlob(pattern, identifier),
  );
}

function coversNamespace(namespaces: Grant['namespaces'], request: GrantRequest): boolean {
  if (namespaces.names?.some((pattern) => matchesGlob(pattern, request.namespace))) return true;
  const selector = namespaces.selector;
  const labels = request.namespaceLabels;
  if (selector === undefined || labels === undefined) return false;
  const label = (name: string) => (Object.hasOwn(labels, name) ? labels[name] : undefined);
  const wanted = Object.entries(selector.matchLabels ?? {});
  const expressions = selector.matchExpressions ?? [];
  // An empty selector would select every namespace; the CRD refuses it, and so does this.
  if (wanted.length === 0 && expressions.length === 0) return false;
  return (
    wanted.every(([name, value]) => label(name) === value) &&
    expressions.every(({ key, operator, values }) => matchesExpression(label(key), operator, values ?? []))
  );
}

function matchesExpression(actual: string | undefined, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return actual !== undefined && values.includes(actual);
    case 'NotIn':
      return actual === undefined || !values.includes(actual);
    case 'Exists':
      return actual !== undefined;
    case 'DoesNotExist':
      return actual === undefined;
    default:
      return false;
  }
}
