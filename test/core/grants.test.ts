import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type GrantRequest, isGranted, missingGrant } from '../../src/core/grants.ts';

type Grant = NonNullable<Parameters<typeof isGranted>[0]>[number];
const grant: Grant = {
  namespaces: { names: ['team-*'] },
  hostnames: ['*.db.example.com'],
  usernames: ['svc-*'],
  operations: ['Create', 'Update'],
};
const request: GrantRequest = {
  namespace: 'team-a',
  namespaceLabels: { tier: 'gold' },
  hostname: 'x.db.example.com',
  username: 'svc-orders',
  operation: 'Create',
};
const select = (selector: NonNullable<Grant['namespaces']['selector']>): Grant[] => [
  { ...grant, namespaces: { selector } },
];
const expression = (key: string, operator: string, values?: string[]) =>
  select({ matchExpressions: [{ key, operator, ...(values !== undefined && { values }) }] } as never);

describe('grants', () => {
  const rows: {
    because: string;
    grants: Grant[] | undefined;
    asked?: Partial<GrantRequest>;
    expected: boolean;
  }[] = [
    { because: 'none: denied', grants: undefined, expected: false },
    { because: 'an empty list: denied', grants: [], expected: false },
    { because: 'all parts match', grants: [grant], expected: true },
    {
      because: 'without regard to case',
      grants: [grant],
      asked: { hostname: 'X.DB.Example.com', username: 'SVC-x' },
      expected: true,
    },
    { because: 'another namespace', grants: [grant], asked: { namespace: 'other' }, expected: false },
    { because: 'another hostname', grants: [grant], asked: { hostname: 'db.example.com' }, expected: false },
    { because: 'another username', grants: [grant], asked: { username: 'root' }, expected: false },
    { because: 'another operation', grants: [grant], asked: { operation: 'Disable' }, expected: false },
    { because: 'any one of several', grants: [{ ...grant, hostnames: ['a'] }, grant], expected: true },
    {
      because: 'parts of two do not add up',
      grants: [
        { ...grant, hostnames: ['a'] },
        { ...grant, operations: ['Disable'] },
      ],
      expected: false,
    },
    {
      because: 'an identifier that no grant names',
      grants: [grant],
      asked: { identifier: 'x' },
      expected: false,
    },
    {
      because: 'an identifier by a glob',
      grants: [{ ...grant, identifiers: ['team-*'] }],
      asked: { identifier: 'team-x' },
      expected: true,
    },
    {
      because: 'an identifier that has to be named: a glob is not enough',
      grants: [{ ...grant, identifiers: ['prod_*'] }],
      asked: { identifier: 'prod_x', literally: true },
      expected: false,
    },
    {
      because: 'an identifier that has to be named, and is',
      grants: [{ ...grant, identifiers: ['Prod_X'] }],
      asked: { identifier: 'prod_x', literally: true },
      expected: true,
    },
    { because: 'a label', grants: select({ matchLabels: { tier: 'gold' } }), expected: true },
    {
      because: 'another value of the label',
      grants: select({ matchLabels: { tier: 'iron' } }),
      expected: false,
    },
    {
      because: 'labels that may not be read match nothing',
      grants: select({ matchLabels: { tier: 'gold' } }),
      asked: { namespaceLabels: undefined },
      expected: false,
    },
    {
      because: 'not even an absence',
      grants: expression('x', 'DoesNotExist'),
      asked: { namespaceLabels: undefined },
      expected: false,
    },
    { because: 'an empty selector matches nothing', grants: select({}), expected: false },
    {
      because: 'an empty list of labels neither',
      grants: select({ matchLabels: {}, matchExpressions: [] }),
      expected: false,
    },
    { because: 'In', grants: expression('tier', 'In', ['gold', 'iron']), expected: true },
    { because: 'In without the label', grants: expression('x', 'In', ['gold']), expected: false },
    { because: 'NotIn', grants: expression('tier', 'NotIn', ['gold']), expected: false },
    {
      because: 'NotIn without the label, as Kubernetes has it',
      grants: expression('x', 'NotIn', ['gold']),
      expected: true,
    },
    { because: 'Exists', grants: expression('tier', 'Exists'), expected: true },
    { because: 'Exists without the label', grants: expression('x', 'Exists'), expected: false },
    { because: 'DoesNotExist', grants: expression('x', 'DoesNotExist'), expected: true },
    {
      because: 'an operator of the future matches nothing',
      grants: expression('tier', 'Like', ['g*']),
      expected: false,
    },
    {
      because: 'labels and expressions must all hold',
      grants: select({ matchLabels: { tier: 'gold' }, matchExpressions: [{ key: 'x', operator: 'Exists' }] }),
      expected: false,
    },
    {
      because: "no member of Object's prototype is a label",
      grants: expression('constructor', 'Exists'),
      expected: false,
    },
  ];
  it.each(rows)('$because', ({ grants, asked, expected }) => {
    expect(isGranted(grants, { ...request, ...asked })).toBe(expected);
  });

  it.each([
    { asked: {} },
    { asked: { identifier: 'prod_x', literally: true } },
    { asked: { username: "o'brien", hostname: "a'b" } },
    { asked: { username: "x'], operations: [Adopt], usernames: ['*" } },
  ])('the grant that is printed helps', ({ asked }) => {
    const wanted = { ...request, ...asked };
    const printed = parse(missingGrant(wanted)) as Grant;
    expect(isGranted([printed], wanted)).toBe(true);
    expect(printed.operations, 'and grants nothing besides').toEqual([wanted.operation]);
    expect(printed.usernames).toEqual([wanted.username]);
  });
});
