import { type Panel, ROWS } from './panels.ts';
import type { PictureRow, PictureSeries } from './picture-page.ts';

/** One line of a graph, as Prometheus answers. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/**
 * What the dashboard would show.
 * @param range sends an expression to Prometheus
 */
export async function pictureRows(
  range: (expr: string) => Promise<readonly Series[]>,
): Promise<PictureRow[]> {
  return Promise.all(
    ROWS.map(async ({ title, panels }) => ({
      title,
      panels: await Promise.all(
        panels.map(async (panel) => ({ panel, series: await seriesOf(panel, range) })),
      ),
    })),
  );
}

async function seriesOf(
  { queries }: Panel,
  range: (expr: string) => Promise<readonly Series[]>,
): Promise<PictureSeries[]> {
  const answers = await Promise.all(
    queries.map(async ({ expr, legend }) =>
      (await range(expr)).map(({ metric, values }) => ({
        label: labelOf(metric, legend),
        points: points(values),
      })),
    ),
  );
  return answers.flat().filter((series) => series.points.length > 0);
}

function labelOf(metric: Series['metric'], legend: string): string {
  if (legend === '') return Object.values(metric).join(' ');
  return legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
}

/** A quantile of nothing is NaN. */
function points(values: Series['values']): (readonly [number, number])[] {
  return values
    .map(([time, value]) => [time, Number(value)] as const)
    .filter(([, value]) => Number.isFinite(value));
}
