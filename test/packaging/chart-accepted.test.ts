import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { MATRIX } from './chart-matrix.ts';
import { type ChartRenderer, chartRenderer, type Manifest, manifests } from './chart-renderer.ts';
import { findPackagingTools } from './packaging-tools.ts';

/** What the chart renders to, before a real API server that looks at every field and keeps nothing. */
let render: ChartRenderer['render'];
let controlPlane: ControlPlane;

beforeAll(async () => {
  ({ render } = chartRenderer(await findPackagingTools((line) => console.error(line))));
  controlPlane = await startControlPlane();
  for (const name of ['operators', 'team-a', 'team-b'])
    await runKubectl(controlPlane, ['create', 'namespace', name]);
});
afterAll(() => controlPlane?.stop());

/** Of the Prometheus Operator, which is not here. */
const isForeign = ({ kind }: Manifest) => /^(ServiceMonitor|PodMonitor|PrometheusRule)$/.test(kind);

function tryAll(objects: readonly Manifest[], ...more: string[]): Promise<string> {
  const text = objects.map((object) => stringify(object)).join('---\n');
  return runKubectl(
    controlPlane,
    ['apply', '--dry-run=server', '--validate=strict', '-f', '-', ...more],
    text,
  );
}

describe.each(MATRIX)('rendered with $because', ({ values, more = [] }) => {
  it.each([
    { because: 'as kubectl and Helm 3 apply', flags: [] },
    { because: 'as Helm 4 applies', flags: ['--server-side'] },
  ])('every object is accepted, $because', async ({ flags }) => {
    const objects = manifests(render(4, values, ...more)).filter((object) => !isForeign(object));
    const said = (await tryAll(objects, ...flags)).trim().split('\n');
    expect(said).toHaveLength(objects.length);
  });
});

it('a field that does not exist would be refused', async () => {
  const [deployment] = manifests(render(4, [])).filter(({ kind }) => kind === 'Deployment');
  const wrong = { ...deployment, spec: { ...deployment?.spec, replica: 2 } } as unknown as Manifest;
  await expect(tryAll([wrong])).rejects.toThrow(/unknown field "spec\.replica"/);
});
