import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Series } from '../../scripts/monitoring/picture-rows.ts';
import { findFreePort } from '../control-plane/free-port.ts';

/** A real Prometheus that scrapes one target every second. */
export interface Prometheus {
  /** Seconds of the Unix epoch. */
  range(expr: string, from: number, to: number): Promise<readonly Series[]>;
  stop(): Promise<void>;
}

/** @param target URL of the metrics */
export async function startPrometheus(program: string, target: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-prometheus-'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'pam-operator',
        // A resource's own labels win over those of the target, as the chart's monitors say.
        honor_labels: true,
        static_configs: [{ targets: [new URL(target).host] }],
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yaml'), JSON.stringify(config));
  const address = `127.0.0.1:${await findFreePort()}`;
  const child = spawn(
    program,
    [
      ...['--config.file', join(folder, 'prometheus.yaml'), '--storage.tsdb.path', join(folder, 'data')],
      ...['--web.listen-address', address, '--log.level', 'error'],
    ],
    { stdio: 'ignore' },
  );
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  const base = `http://${address}`;
  while (
    !(await fetch(`${base}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
    await sleep(100);
  }
  return {
    range: async (expr, from, to) => {
      const query = new URLSearchParams({ query: expr, start: String(from), end: String(to), step: '1' });
      const answer = await fetch(`${base}/api/v1/query_range?${query}`);
      const body = (await answer.json()) as { error?: string; data?: { result: Series[] } };
      if (body.data === undefined) throw new Error(`${expr}: ${body.error}`);
      return body.data.result;
    },
    stop: async () => {
      process.off('exit', endWithParent);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What Grafana would put there for a scrape each second. */
export const withInterval = (expr: string) => expr.replaceAll('$__rate_interval', '5s');
