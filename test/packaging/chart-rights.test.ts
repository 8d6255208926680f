import { beforeAll, describe, expect, it } from 'vitest';
import { type RightsObject, releaseRights } from '../../scripts/generate/release-rights.ts';
import { withoutSecretsWatch } from '../e2e/release-rights.ts';
import { type ChartRenderer, chartRenderer, manifests } from './chart-renderer.ts';
import { findPackagingTools } from './packaging-tools.ts';

/** The roles that the chart makes. */
let render: ChartRenderer['render'];

beforeAll(async () => {
  ({ render } = chartRenderer(await findPackagingTools((line) => console.error(line))));
});

describe('the rights', () => {
  const rights = (values: string[]) =>
    manifests(render(4, ['fullnameOverride="pam-operator"', ...values], '--namespace', 'pam-operator'))
      .filter(
        ({ kind, metadata }) => /Role$/.test(kind) && !/-(viewer|editor|uninstall.*)$/.test(metadata.name),
      )
      .map((role) => ({ where: role.metadata.namespace, rules: (role as RightsObject).rules }));
  const tested = (objects: readonly RightsObject[]) =>
    objects
      .filter(({ rules }) => rules !== undefined)
      .map(({ metadata, rules }) => ({ where: metadata.namespace, rules }));
  const SOME = 'watchNamespaces=["team-a"]';
  const POLL = 'config={"secrets":{"watch":false}}';

  // What these rights are worth, rule by rule, is proven in test/e2e/modes.test.ts.
  it.each([
    { because: 'all namespaces', values: [], want: releaseRights('all namespaces') },
    { because: 'some namespaces', values: [SOME], want: releaseRights('some namespaces') },
    {
      because: 'all namespaces, Secrets on an interval',
      values: [POLL],
      want: withoutSecretsWatch(releaseRights('all namespaces')),
    },
    {
      because: 'some namespaces, Secrets on an interval',
      values: [SOME, POLL],
      want: withoutSecretsWatch(releaseRights('some namespaces')),
    },
  ])('are those that the operator is tested with: $because', ({ values, want }) => {
    const found = rights(values);
    expect(found).toHaveLength(tested(want).length);
    expect(found).toEqual(expect.arrayContaining(tested(want)));
  });

  it.each([
    { because: 'unless told, none joins the default roles', values: [], want: {} },
    {
      because: 'told so, who may view may view',
      values: ['rbac={"userRoles":{"aggregateToView":true}}'],
      want: { 'pam-operator-viewer': ['admin', 'edit', 'view'] },
    },
    {
      because: 'told so, who may edit may edit',
      values: ['rbac={"userRoles":{"aggregateToEdit":true}}'],
      want: { 'pam-operator-editor': ['admin', 'edit'] },
    },
  ])('of people: $because', ({ values, want }) => {
    const found = manifests(render(4, ['fullnameOverride="pam-operator"', ...values])).flatMap(
      ({ metadata }) => {
        const joins = Object.keys(metadata.labels ?? {})
          .filter((label) => label.includes('/aggregate-to-'))
          .map((label) => `${label.split('-').at(-1)}`);
        return joins.length === 0 ? [] : [[metadata.name, joins.toSorted()]];
      },
    );
    expect(Object.fromEntries(found)).toEqual(want);
  });
});
