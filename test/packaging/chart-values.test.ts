import { beforeAll, describe, expect, it } from 'vitest';
import { CHART, type ChartRenderer, chartRenderer, manifests } from './chart-renderer.ts';
import { findPackagingTools } from './packaging-tools.ts';

/** Single values: which are refused, and what the others do. */
let helm: ChartRenderer['helm'];
let render: ChartRenderer['render'];

beforeAll(async () => {
  ({ helm, render } = chartRenderer(await findPackagingTools((line) => console.error(line))));
});

describe('values that are refused', () => {
  const rows: { because: string; value: string; says: RegExp }[] = [
    { because: 'a misspelled value', value: 'replicaCont=2', says: /replicaCont.*not allowed/ },
    { because: 'a misspelled part of one', value: 'image={"tagg":"x"}', says: /tagg.*not allowed/ },
    {
      because: 'a misspelled setting',
      value: 'config={"logg":{"level":"debug"}}',
      says: /logg.*not allowed/,
    },
    {
      because: 'a setting that the program refuses',
      value: 'config={"log":{"level":"loud"}}',
      says: /config\/log\/level/,
    },
    { because: 'a number out of range', value: 'config={"drainSeconds":601}', says: /drainSeconds/ },
    {
      because: 'a setting that the chart makes itself',
      value: 'config={"watchNamespaces":["a"]}',
      says: /watchNamespaces.*not allowed/,
    },
    { because: 'no namespace', value: 'watchNamespaces=["Team_A"]', says: /watchNamespaces/ },
    { because: 'a digest that is cut', value: 'image={"digest":"sha256:12"}', says: /digest/ },
    { because: 'text for a number', value: 'replicaCount="two"', says: /replicaCount/ },
    {
      because: 'scraped twice',
      value: 'metrics={"serviceMonitor":{"enabled":true},"podMonitor":{"enabled":true}}',
      says: /exclude each other/,
    },
    {
      because: 'a ServiceMonitor without a Service',
      value: 'metrics={"serviceMonitor":{"enabled":true},"service":{"enabled":false}}',
      says: /needs metrics\.service\.enabled/,
    },
    {
      because: 'an account without a name',
      value: 'serviceAccount={"create":false}',
      says: /serviceAccount\.name must name/,
    },
  ];
  it.each(rows)('$because', ({ value, says }) => {
    for (const version of [3, 4] as const) expect(() => render(version, [value])).toThrow(says);
  });
});

describe('what the values do', () => {
  const env = (text: string) =>
    manifests(text).find(({ kind }) => kind === 'Deployment')?.spec?.template?.spec.containers[0]?.env;

  it('a variable of the user takes the place of ours', () => {
    const found = env(render(4, ['extraEnv=[{"name":"POD_NAME","value":"mine"}]']));
    expect(found).toContainEqual({ name: 'POD_NAME', value: 'mine' });
  });

  it('a changed setting starts new Pods', () => {
    const checksum = (value: string) => /config-checksum: (\S+)/.exec(render(4, [value]))?.[1];
    expect(checksum('config={"log":{"level":"info"}}')).not.toBe(
      checksum('config={"log":{"level":"debug"}}'),
    );
  });

  it('an address goes in front of the runbooks', () => {
    const rules = (value: object) =>
      render(4, [`metrics=${JSON.stringify({ prometheusRule: { enabled: true, ...value } })}`]);
    expect(rules({})).toContain('runbook_url: docs/runbooks/README.md');
    const base = 'https://docs.example.com/pam';
    for (const runbookBaseUrl of [base, `${base}/`])
      expect(rules({ runbookBaseUrl })).toContain(`runbook_url: ${base}/docs/runbooks/README.md`);
  });

  it('OpenShift gives the user itself', () => {
    expect(render(4, [])).toContain('runAsUser: 65532');
    expect(render(4, [], '--api-versions', 'security.openshift.io/v1')).not.toContain('runAsUser');
  });

  it.each([
    { because: 'a tag', value: 'image={"tag":"v2"}', want: 'image: pam-operator:v2' },
    {
      because: 'a mirror',
      value: 'image={"registry":"registry.example.com/mirror/"}',
      want: 'image: registry.example.com/mirror/pam-operator:0.1.0',
    },
    {
      because: 'a digest',
      value: `image={"digest":"sha256:${'a'.repeat(64)}"}`,
      want: `image: pam-operator:0.1.0@sha256:${'a'.repeat(64)}`,
    },
  ])('the image is named with $because', ({ value, want }) => {
    expect(render(4, [value])).toContain(want);
  });

  it.each(['a'.repeat(53), 'pam-operator', 'x'])('names fit for a release called %s', (name) => {
    const text = helm(4, 'template', name, CHART, '--namespace', 'operators');
    for (const { metadata } of manifests(text)) expect(metadata.name.length).toBeLessThanOrEqual(253);
    const named = manifests(text).filter(({ kind }) => kind === 'Service' || kind === 'Job');
    for (const { metadata } of named) expect(metadata.name.length).toBeLessThanOrEqual(63);
  });
});
