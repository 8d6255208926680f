import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { GeneratedFile } from '../generate/generated-file.ts';
import { type Panel, ROWS } from './panels.ts';

/** Grafana's own placeholder for the variable below. */
const SOURCE = { type: 'prometheus', uid: '$datasource' };
const HEIGHT = 8;
const STAT_HEIGHT = 4;

/** Grafana's JSON model of the dashboard, for the chart and for `deploy/monitoring`. */
export function dashboard(): GeneratedFile[] {
  const builder = new DashboardBuilder('pam-operator')
    .uid('pam-operator')
    .description('Credentials and SSH keys that pam-operator keeps in Segura PAM Core')
    .tags(['pam-operator', 'kubernetes'])
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .readonly()
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'));
  for (const { title, panels } of ROWS) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(build(panel));
  }
  const content = `${JSON.stringify(builder.build(), undefined, 2)}\n`;
  return ['charts/pam-operator/files/dashboard.json', 'deploy/monitoring/dashboard.json'].map((path) => ({
    path,
    content,
  }));
}

function build({ kind, title, description, width, unit, queries }: Panel) {
  const panel = { stat: StatBuilder, table: TableBuilder, timeseries: TimeSeriesBuilder }[kind];
  const builder = new panel().title(title).description(description).unit(unit).datasource(SOURCE).span(width);
  builder.height(kind === 'stat' ? STAT_HEIGHT : HEIGHT);
  for (const [at, { expr, legend }] of queries.entries()) {
    const query = new DataqueryBuilder()
      .expr(expr)
      .refId(String.fromCharCode(65 + at))
      .datasource(SOURCE);
    builder.withTarget(
      kind === 'table' ? query.instant().format(PromQueryFormat.Table) : query.legendFormat(legend),
    );
  }
  return builder;
}
