import { readFileSync } from 'node:fs';
import type { Panel } from './panels.ts';

/** One line of a panel, as Prometheus answered. */
export interface PictureSeries {
  readonly label: string;
  /** Seconds of the Unix epoch, and the value; NaN and gaps are left out. */
  readonly points: readonly (readonly [number, number])[];
}

interface PicturePanel {
  readonly panel: Panel;
  readonly series: readonly PictureSeries[];
}

export interface PictureRow {
  readonly title: string;
  readonly panels: readonly PicturePanel[];
}

export const PICTURE_WIDTH = 1440;
const COLUMNS = 24;
const TITLE_HEIGHT = 40;
const GAP = 8;
const HEIGHTS = { stat: 120, timeseries: 270, table: 270 } as const;
const FOOTER_HEIGHT = 40;
const COLOURS = ['#3366cc', '#dc3912', '#109618', '#ff9900', '#990099', '#0099c6', '#dd4477', '#66aa00'];

/** Said in the picture itself, wherever it is shown. */
const REMARK =
  'Drawn by uPlot from the answers of a real Prometheus. Grafana renders the dashboard in its own way.';

/** @returns pixels */
export function pictureHeight(rows: readonly PictureRow[]): number {
  const lines = rows.map(({ panels }) => {
    const heights = linesOf(panels).map((line) => Math.max(...line.map(({ panel }) => HEIGHTS[panel.kind])));
    return TITLE_HEIGHT + heights.reduce((sum, height) => sum + height + GAP, 0);
  });
  return lines.reduce((sum, height) => sum + height, FOOTER_HEIGHT);
}

/** A page that needs nothing but itself. */
export function picturePage(rows: readonly PictureRow[]): string {
  const style = readFileSync(new URL(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8');
  const script = readFileSync(new URL(import.meta.resolve('uplot/dist/uPlot.iife.min.js')), 'utf8');
  return `<!doctype html>
<meta charset="utf-8">
<style>${style}
body { margin: 0; padding: 0 ${GAP}px; font: 13px "DejaVu Sans", sans-serif; background: #f4f5f5; color: #24292e }
h2 { margin: 0; height: ${TITLE_HEIGHT}px; line-height: ${TITLE_HEIGHT}px; font-size: 15px }
.line { display: flex; gap: ${GAP}px; margin-bottom: ${GAP}px }
.panel { background: #fff; border: 1px solid #dcdcdc; box-sizing: border-box; padding: 6px; overflow: hidden }
h3 { margin: 0 0 4px; font-size: 12px }
.stat { font-size: 40px; text-align: center; line-height: 76px; color: #109618 }
td, th { padding: 2px 10px; text-align: left; font-size: 12px }
.u-legend { font-size: 11px }
footer { line-height: ${FOOTER_HEIGHT}px; color: #6a737d }
</style>
${rows.map(rowHtml).join('\n')}
<footer>${REMARK}</footer>
<script>${script}</script>
<script>${DRAW}</script>
`;
}

function rowHtml({ title, panels }: PictureRow): string {
  const lines = linesOf(panels).map((line) => `<div class="line">${line.map(panelHtml).join('')}</div>`);
  return `<h2>${asText(title)}</h2>\n${lines.join('\n')}`;
}

/** Panels fill 24 columns from left to right, as in Grafana. */
function linesOf(panels: readonly PicturePanel[]): PicturePanel[][] {
  const lines: PicturePanel[][] = [];
  let used = COLUMNS;
  for (const each of panels) {
    if (used + each.panel.width > COLUMNS) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(each);
    used += each.panel.width;
  }
  return lines;
}

function panelHtml({ panel, series }: PicturePanel): string {
  const width = Math.floor(((PICTURE_WIDTH - 2 * GAP) * panel.width) / COLUMNS - GAP);
  const style = `width:${width}px;height:${HEIGHTS[panel.kind]}px`;
  const body = series.length === 0 ? 'No data' : BODIES[panel.kind](panel, series, width);
  return `<div class="panel" style="${style}"><h3>${asText(panel.title)}</h3>${body}</div>`;
}

const BODIES: Readonly<
  Record<Panel['kind'], (panel: Panel, series: readonly PictureSeries[], width: number) => string>
> = {
  stat: ({ unit }, series) => `<div class="stat">${asText(text(lastOf(series[0]), unit))}</div>`,
  table: ({ unit }, series) =>
    `<table>${series
      .filter((each) => lastOf(each) > 0)
      .slice(0, 9)
      .map((each) => `<tr><td>${asText(each.label)}</td><td>${asText(text(lastOf(each), unit))}</td></tr>`)
      .join('')}</table>`,
  timeseries: ({ unit }, series, width) => {
    const data = {
      unit,
      width: width - 14,
      height: HEIGHTS.timeseries - 80,
      lines: series,
      colours: COLOURS,
    };
    return `<div class="chart" data-chart="${asText(JSON.stringify(data))}"></div>`;
  },
};

/** Runs in the page. */
const DRAW = `
const formats = {
  percentunit: (v) => Math.round(v * 100) + ' %', s: (v) => +v.toPrecision(2) + ' s',
  bytes: (v) => Math.round(v / 1048576) + ' MiB', ops: (v) => +v.toPrecision(2) + '/s', short: (v) => '' + +v.toPrecision(3),
};
for (const element of document.querySelectorAll('.chart')) {
  const { unit, width, height, lines, colours } = JSON.parse(element.dataset.chart);
  const times = [...new Set(lines.flatMap(({ points }) => points.map(([time]) => time)))].sort((a, b) => a - b);
  const columns = lines.map(({ points }) => { const at = new Map(points); return times.map((time) => at.get(time) ?? null); });
  const series = lines.map(({ label }, at) => ({ label, stroke: colours[at % colours.length], width: 2, points: { show: false } }));
  const axes = [{}, { size: 70, values: (_, ticks) => ticks.map(formats[unit]) }];
  new uPlot({ width, height, axes, legend: { live: false }, series: [{}, ...series], scales: { y: { range: (_, low, high) => [Math.min(low, 0), high || 1] } } }, [times, ...columns], element);
}`;

const lastOf = (series: PictureSeries | undefined) => series?.points.at(-1)?.[1] ?? Number.NaN;

function text(value: number, unit: Panel['unit']): string {
  if (unit === 'percentunit') return `${Math.round(value * 100)} %`;
  return String(Number(value.toPrecision(3)));
}

function asText(raw: string): string {
  return raw.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
