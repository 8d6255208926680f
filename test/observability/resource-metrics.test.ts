import { describe, expect, it } from 'vitest';
import {
  MAX_RESOURCES_WITH_CONDITIONS,
  type ResourceMetrics,
} from '../../src/observability/resource-metrics.ts';
import { createTestMetrics, seriesOf } from './series-of.ts';

describe('a resource', () => {
  const db = { kind: 'PamCredential', namespace: 'team-a', name: 'db', connection: 'default' };
  const ready = [{ type: 'Ready', status: 'True', reason: 'Synced' }];
  const stalled = [
    { type: 'Ready', status: 'False', reason: 'Conflict' },
    { type: 'Stalled', status: 'True', reason: 'Conflict' },
  ];
  const families = ['pam_operator_resources', 'pam_operator_resource_condition'];

  const rows: { because: string; steps: ((resources: ResourceMetrics) => void)[]; want: string[] }[] = [
    {
      because: 'that is Ready is only counted',
      steps: [(resources) => resources.reported({ ...db, conditions: ready })],
      want: ['pam_operator_resources{kind="PamCredential",connection="default",reason="Synced"} 1'],
    },
    {
      because: 'that is not Ready has its conditions',
      steps: [(resources) => resources.reported({ ...db, conditions: stalled })],
      want: [
        'pam_operator_resources{kind="PamCredential",connection="default",reason="Conflict"} 1',
        'pam_operator_resource_condition{kind="PamCredential",namespace="team-a",name="db",type="Ready",status="False"} 1',
        'pam_operator_resource_condition{kind="PamCredential",namespace="team-a",name="db",type="Stalled",status="True"} 1',
      ],
    },
    {
      because: 'that became Ready loses them',
      steps: [
        (resources) => resources.reported({ ...db, conditions: stalled }),
        (resources) => resources.reported({ ...db, conditions: ready }),
      ],
      want: ['pam_operator_resources{kind="PamCredential",connection="default",reason="Synced"} 1'],
    },
    {
      because: 'that is reported twice counts once',
      steps: [
        (resources) => resources.reported({ ...db, conditions: ready }),
        (resources) => resources.reported({ ...db, conditions: ready }),
        (resources) => resources.reported({ ...db, name: 'web', conditions: ready }),
      ],
      want: ['pam_operator_resources{kind="PamCredential",connection="default",reason="Synced"} 2'],
    },
    {
      because: 'that is gone has no series',
      steps: [
        (resources) => resources.reported({ ...db, conditions: stalled }),
        (resources) => resources.deleted(db),
        (resources) => resources.deleted({ ...db, name: 'never-seen' }),
      ],
      want: [],
    },
    {
      because: 'without a condition yet is not Ready for a reason unknown',
      steps: [(resources) => resources.reported({ ...db, conditions: [] })],
      want: ['pam_operator_resources{kind="PamCredential",connection="default",reason="Unknown"} 1'],
    },
  ];
  it.each(rows)('$because', async ({ steps, want }) => {
    const metrics = createTestMetrics();
    for (const step of steps) {
      step(metrics.resources);
      // A scrape between the changes: its series must not stay.
      await metrics.render();
    }
    expect(await seriesOf(metrics, ...families)).toEqual(want);
  });

  it('has no series of its own beyond the limit, but is counted', async () => {
    const metrics = createTestMetrics();
    const name = (at: number) => `db-${at}`;
    for (let at = 0; at < MAX_RESOURCES_WITH_CONDITIONS + 5; at++) {
      metrics.resources.reported({ ...db, name: name(at), conditions: stalled.slice(0, 1) });
    }
    const conditions = () => seriesOf(metrics, 'pam_operator_resource_condition');
    const omitted = () => seriesOf(metrics, 'pam_operator_resource_conditions_omitted');
    expect(await conditions()).toHaveLength(MAX_RESOURCES_WITH_CONDITIONS);
    expect(await omitted()).toEqual(['pam_operator_resource_conditions_omitted 5']);
    expect(await seriesOf(metrics, 'pam_operator_resources')).toEqual([
      `pam_operator_resources{kind="PamCredential",connection="default",reason="Conflict"} ${MAX_RESOURCES_WITH_CONDITIONS + 5}`,
    ]);
    metrics.resources.deleted({ ...db, name: name(0) });
    expect(await omitted()).toEqual(['pam_operator_resource_conditions_omitted 4']);
    expect((await conditions()).join()).toContain(`name="${name(MAX_RESOURCES_WITH_CONDITIONS)}"`);
  });
});
