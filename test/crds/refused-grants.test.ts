import { expectRefusals } from './refusal.ts';

const grant = {
  namespaces: { names: ['team-a'] },
  hostnames: ['*'],
  usernames: ['*'],
  operations: ['Create'],
};
const { namespaces: _n, ...withoutNamespaces } = grant;
const { hostnames: _h, ...withoutHostnames } = grant;
const { usernames: _u, ...withoutUsernames } = grant;
const { operations: _o, ...withoutOperations } = grant;
const expression = (matchExpression: Record<string, unknown>) => {
  return { grants: [{ ...grant, namespaces: { selector: { matchExpressions: [matchExpression] } } }] };
};
const SELECTOR = 'spec.grants[0].namespaces.selector';

expectRefusals('PamConnection', [
  {
    because: 'absent namespaces are not all',
    spec: { grants: [withoutNamespaces] },
    field: 'spec.grants[0].namespaces',
    says: 'Required value',
  },
  {
    because: 'absent hostnames are not all',
    spec: { grants: [withoutHostnames] },
    field: 'spec.grants[0].hostnames',
    says: 'Required value',
  },
  {
    because: 'absent usernames are not all',
    spec: { grants: [withoutUsernames] },
    field: 'spec.grants[0].usernames',
    says: 'Required value',
  },
  {
    because: 'absent operations are not all',
    spec: { grants: [withoutOperations] },
    field: 'spec.grants[0].operations',
    says: 'Required value',
  },
  {
    because: 'no names are not all',
    spec: { grants: [{ ...grant, namespaces: { names: [] } }] },
    field: 'spec.grants[0].namespaces.names',
    says: 'at least 1 items',
  },
  {
    because: 'no hostnames are not all',
    spec: { grants: [{ ...grant, hostnames: [] }] },
    field: 'spec.grants[0].hostnames',
    says: 'at least 1 items',
  },
  {
    because: 'no usernames are not all',
    spec: { grants: [{ ...grant, usernames: [] }] },
    field: 'spec.grants[0].usernames',
    says: 'at least 1 items',
  },
  {
    because: 'no operations are not all',
    spec: { grants: [{ ...grant, operations: [] }] },
    field: 'spec.grants[0].operations',
    says: 'at least 1 items',
  },
  {
    because: 'no identifiers are written by leaving them out',
    spec: { grants: [{ ...grant, identifiers: [] }] },
    field: 'spec.grants[0].identifiers',
    says: 'at least 1 items',
  },
  {
    because: 'an empty hostname names none',
    spec: { grants: [{ ...grant, hostnames: [''] }] },
    field: 'spec.grants[0].hostnames[0]',
    says: 'at least 1',
  },
  {
    because: 'operations are named one by one',
    spec: { grants: [{ ...grant, operations: ['*'] }] },
    field: 'spec.grants[0].operations[0]',
    says: 'supported values: "Create", "Update"',
  },
  {
    because: 'an operation twice says nothing',
    spec: { grants: [{ ...grant, operations: ['Create', 'Create'] }] },
    field: 'spec.grants[0].operations[1]',
    says: 'Duplicate',
  },
  {
    because: 'namespaces are named in one way',
    spec: { grants: [{ ...grant, namespaces: { names: ['a'], selector: { matchLabels: { a: 'b' } } } }] },
    field: 'spec.grants[0].namespaces',
    says: 'exactly one of `names` and `selector`',
  },
  {
    because: 'namespaces are named in some way',
    spec: { grants: [{ ...grant, namespaces: {} }] },
    field: 'spec.grants[0].namespaces',
    says: 'exactly one of `names` and `selector`',
  },
  {
    because: 'a namespace is a Kubernetes name',
    spec: { grants: [{ ...grant, namespaces: { names: ['Team A'] } }] },
    field: 'spec.grants[0].namespaces.names[0]',
    says: 'should match',
  },
  {
    because: 'an empty selector would mean all',
    spec: { grants: [{ ...grant, namespaces: { selector: {} } }] },
    field: SELECTOR,
    says: "written `names: ['*']`",
  },
  {
    because: 'empty labels would mean all',
    spec: { grants: [{ ...grant, namespaces: { selector: { matchLabels: {}, matchExpressions: [] } } }] },
    field: SELECTOR,
    says: 'must not be empty',
  },
  {
    because: 'In needs values',
    spec: expression({ key: 'team', operator: 'In' }),
    field: `${SELECTOR}.matchExpressions[0].values`,
    says: "'In' and 'NotIn'",
  },
  {
    because: 'In needs one value',
    spec: expression({ key: 'team', operator: 'In', values: [] }),
    field: `${SELECTOR}.matchExpressions[0].values`,
    says: "'In' and 'NotIn'",
  },
  {
    because: 'Exists takes no values',
    spec: expression({ key: 'team', operator: 'Exists', values: ['a'] }),
    field: `${SELECTOR}.matchExpressions[0].values`,
    says: 'none with the others',
  },
  {
    because: 'labels know four operators',
    spec: expression({ key: 'team', operator: 'Equals', values: ['a'] }),
    field: `${SELECTOR}.matchExpressions[0].operator`,
    says: 'supported values',
  },
  {
    because: 'identifiers hold what identifiers hold',
    spec: { grants: [{ ...grant, identifiers: ['a.b'] }] },
    field: 'spec.grants[0].identifiers[0]',
    says: 'should match',
  },
]);
