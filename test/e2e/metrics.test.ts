import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credential, EVERYTHING, NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/** What the running operator serves under /metrics, against the page that documents it. */
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
  await stage.apply(
    secret('fine', { password: 'p4ss' }),
    credential('fine', { enabled: false }),
    secret('lost', { password: 'p4ss' }),
    credential('lost', { device: { hostname: 'nowhere', ip: '10.0.0.1' } }),
    secondConnection(),
    credential('second', { connection: 'second', username: 'svc-second' }),
  );
  await stage.reason('pamcredential', 'fine', 'Synced');
  await stage.reason('pamcredential', 'lost', 'DeviceNotFound');
  await stage.reason('pamcredential', 'second', 'SecretNotFound');
});
afterAll(() => stage?.stop());

function secondConnection(): object {
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamConnection',
    metadata: { name: 'second' },
    spec: {
      url: stage.pam.url,
      auth: { oauth2: { secretName: 'pam-core' } },
      identifierPrefix: 'second',
      grants: EVERYTHING,
    },
  };
}

const scrape = async () => (await fetch(`${stage.operator().metricsUrl}/metrics`)).text();

interface Documented {
  readonly type: string;
  readonly labels: readonly string[];
}

/** The rows of docs/reference/metrics.md. */
function documented(): Map<string, Documented> {
  const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*) \|/gm);
  return new Map(
    [...rows].map(([, name = '', type = '', labels = '']) => [
      name,
      { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).toSorted() },
    ]),
  );
}

/** The name of the family and the labels of each sample, without what a histogram adds. */
function samples(text: string): { family: string; labels: string[] }[] {
  const histograms = new Set([...text.matchAll(/^# TYPE (\w+) histogram$/gm)].map(([, name]) => name));
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
      const base = name.replace(/_(bucket|sum|count)$/, '');
      const isPart = histograms.has(base);
      const names = [...labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, label = '']) => label);
      return {
        family: isPart ? base : name,
        labels: names.filter((label) => !(isPart && label === 'le')).toSorted(),
      };
    });
}

describe('the documentation of the metrics', () => {
  it('names what is served, all of it and nothing else', async () => {
    const served = [...(await scrape()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    expect(served.map(([, name, type]) => `${name} ${type}`).toSorted()).toEqual(
      [...documented()].map(([name, { type }]) => `${name} ${type}`).toSorted(),
    );
  });

  it('has the labels of every series', async () => {
    const pages = documented();
    for (const { family, labels } of samples(await scrape()))
      expect({ family, labels }).toEqual({ family, labels: pages.get(family)?.labels });
  });

  it('promises nothing that a working operator does not count', async () => {
    const counted = new Set(samples(await scrape()).map(({ family }) => family));
    const silent = [...documented().keys()].filter(
      (name) =>
        /^(controller_runtime|workqueue|rest_client|leader_election|process|nodejs)_/.test(name) &&
        !counted.has(name),
    );
    // Nothing had to be sent again; and not every system tells all of its processes.
    expect(silent.filter((name) => !name.startsWith('process_'))).toEqual([
      'rest_client_request_retries_total',
    ]);
  });
});

describe('series end with what they are about', () => {
  it('those of a resource', async () => {
    const seriesOf = async () => (await scrape()).split('\n').filter((line) => line.includes('name="lost"'));
    expect(await seriesOf()).not.toEqual([]);
    await stage.kubectl('delete', 'pamcredential', 'lost', '-n', NAMESPACE, '--timeout=60s');
    await stage.eventually(seriesOf, (lines) => lines.length === 0, 'the end of its series');
  });

  it('those of a connection', async () => {
    const seriesOf = async () =>
      (await scrape()).split('\n').filter((line) => /(connection|name)="second"/.test(line));
    expect(await seriesOf()).not.toEqual([]);
    await stage.kubectl('delete', 'pamcredential', 'second', '-n', NAMESPACE, '--timeout=60s');
    await stage.kubectl('delete', 'pamconnection', 'second', '--timeout=60s');
    await stage.eventually(seriesOf, (lines) => lines.length === 0, 'the end of its series');
  });
});
