import { expect, vi } from 'vitest';
import type { CallApi, Requester } from './api-server.ts';

/** Namespace of the resources. */
export const NAMESPACE = 'team-a';
export const OTHER_NAMESPACE = 'team-b';
export const OPERATOR_NAMESPACE = 'pam-operator';

/** Verbs of their own that the optional policies ask for. */
export const CUSTOM_VERBS = ['set-identifier', 'adopt', 'override', 'disable-on-deletion'] as const;

/** Secrets that can be allowed one by one. None of them exists: authorization asks for names only. */
const SECRETS = ['one', 'two', 'three', ...Array.from({ length: 8 }, (_, at) => `many-${at}`)];

/**
 * A right: to write custom resources (`author`), to get one Secret or all Secrets (`*`) of one namespace, or to
 * use one custom verb on resources of NAMESPACE, also of those with one name only.
 */
export type Right =
  | 'author'
  | `get ${string} in ${string}`
  | `verb ${(typeof CUSTOM_VERBS)[number]}`
  | `verb ${(typeof CUSTOM_VERBS)[number]} on ${string}`;

/** The user `dev` with these rights: each is a group, so that nothing has to be installed for a row of a table. */
export function dev(...rights: Right[]): Requester {
  return { user: 'dev', groups: ['system:authenticated', ...rights.map(groupOf)] };
}

/** Who may write custom resources and read these Secrets of NAMESPACE. */
export function authorWhoReads(...secrets: string[]): Requester {
  return dev('author', ...secrets.map((name): Right => `get ${name} in ${NAMESPACE}`));
}

/** Roles and bindings of every right that the tests know. */
export function rightsManifest(): unknown[] {
  const kinds = ['pamconnections', 'pamcredentials', 'pamsshkeys'];
  const writing = {
    apiGroups: ['pam-operator.io'],
    resources: [...kinds, ...kinds.map((kind) => `${kind}/status`)],
    // Named one by one: `*` would include the custom verbs.
    verbs: ['get', 'create', 'update', 'patch', 'delete'],
  };
  const secretRights = [NAMESPACE, OTHER_NAMESPACE, OPERATOR_NAMESPACE].flatMap((namespace) =>
    [...SECRETS, '*'].flatMap((name) => {
      const names = name === '*' ? {} : { resourceNames: [name] };
      const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get'], ...names };
      return grant(`get ${name} in ${namespace}`, namespace, rule);
    }),
  );
  const verbRights = CUSTOM_VERBS.flatMap((verb) => {
    const rule = {
      apiGroups: ['pam-operator.io'],
      resources: ['pamcredentials', 'pamsshkeys'],
      verbs: [verb],
    };
    return [
      ...grant(`verb ${verb}`, NAMESPACE, rule),
      ...grant(`verb ${verb} on chosen`, NAMESPACE, { ...rule, resourceNames: ['chosen'] }),
    ];
  });
  return [...grant('author', undefined, writing), ...secretRights, ...verbRights];
}

/** Waits for the last right of the manifest: the API server learns of roles by watches, in their order. */
export async function untilRightsHold(callApi: CallApi): Promise<void> {
  const resourceAttributes = {
    group: 'pam-operator.io',
    resource: 'pamsshkeys',
    namespace: NAMESPACE,
    name: 'chosen',
    verb: 'disable-on-deletion',
  };
  const groups = [groupOf('verb disable-on-deletion on chosen')];
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: 'dev', groups, resourceAttributes },
  };
  await vi.waitFor(
    async () => {
      const answer = await callApi({ as: 'admin', method: 'POST', path, body });
      expect(answer.body).toMatchObject({ status: { allowed: true } });
    },
    { timeout: 30_000, interval: 100 },
  );
}

function grant(right: Right, namespace: string | undefined, rule: Record<string, unknown>): unknown[] {
  const name = groupOf(right);
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const scope = namespace === undefined ? 'Cluster' : '';
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion, kind: `${scope}Role`, metadata, rules: [rule] },
    {
      apiVersion,
      kind: `${scope}RoleBinding`,
      metadata,
      roleRef: { apiGroup, kind: `${scope}Role`, name },
      subjects: [{ apiGroup, kind: 'Group', name }],
    },
  ];
}

function groupOf(right: Right): string {
  return right.replaceAll(' ', '-').replace('*', 'all');
}
