import { debianPrograms } from '../test/packaging/debian-programs.ts';
import { startMonitoredStage } from '../test/packaging/monitored-stage.ts';
import { PROGRAMS } from '../test/packaging/monitoring-programs.ts';
import { type Prometheus, startPrometheus, withInterval } from '../test/packaging/prometheus.ts';
import { drawPicture } from './monitoring/draw-picture.ts';
import { pictureRows } from './monitoring/picture-rows.ts';

/**
 * Draws the dashboard's panels from a real Prometheus that scrapes a real operator, for docs/monitoring.md.
 *
 *     npm run dashboard-picture
 */
const PATH = 'docs/pictures/dashboard.png';
const { prometheus: program, chromium } = debianPrograms(PROGRAMS.names, PROGRAMS.packages);
const from = Date.now() / 1000;
let prometheus: Prometheus | undefined;
const stage = await startMonitoredStage(async (url) => {
  prometheus = await startPrometheus(program, url);
});
try {
  const rows = await pictureRows(
    async (expr) => (await prometheus?.range(withInterval(expr), from, Date.now() / 1000)) ?? [],
  );
  drawPicture(chromium, rows, PATH);
  console.log(`wrote ${PATH}`);
} finally {
  await prometheus?.stop();
  await stage.stop();
}
