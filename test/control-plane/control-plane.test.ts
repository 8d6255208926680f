import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { runKubectl } from './kubectl.ts';
import { chooseKubernetesRelease } from './kubernetes-release.ts';

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await startControlPlane();
});
afterAll(() => controlPlane?.stop());

const kubectl = (...flags: string[]) => runKubectl(controlPlane, flags);

/** The status code of a GET with a bearer token, or the code of the network error. */
function statusOf(path: string, token: string, target = controlPlane): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const get = request(
      `${target.server}${path}`,
      { ca: target.caCertificate, headers, agent: false, timeout: 1_000 },
      (response) => resolve(response.resume().statusCode),
    );
    get.once('timeout', () => get.destroy(Object.assign(new Error(), { code: 'TIMEOUT' })));
    get.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    get.end();
  });
}

async function newServiceAccountToken(name: string): Promise<string> {
  await kubectl('create', 'serviceaccount', name);
  return (await kubectl('create', 'token', name)).trim();
}

describe('a started control plane', () => {
  it('is ready and says which release it is', async () => {
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
    const { gitVersion } = JSON.parse(await kubectl('get', '--raw', '/version'));
    const binary = join(dirname(controlPlane.kubectl), 'kube-apiserver');
    expect(`Kubernetes ${gitVersion}\n`).toBe(execFileSync(binary, ['--version'], { encoding: 'utf8' }));
    if (process.env.KUBEBUILDER_ASSETS === undefined) {
      expect(gitVersion).toBe(`v${chooseKubernetesRelease(process.env).version}`);
    }
  });

  it('pins Kubernetes 1.37.2', () => {
    expect(chooseKubernetesRelease({})).toEqual({ version: '1.37.2', isPinned: true });
  });

  it('knows a fresh ServiceAccount by its token and forbids it what no role allows', async () => {
    const token = await newServiceAccountToken('without-role');
    expect(await statusOf('/api/v1/namespaces/default/secrets', token)).toBe(403);
    expect(await statusOf('/api/v1/namespaces/default/secrets', 'made-up')).toBe(401);
    await kubectl('create', 'clusterrole', 'reader', '--verb=list', '--resource=configmaps');
    const subject = '--serviceaccount=default:without-role';
    await kubectl('create', 'clusterrolebinding', 'reader', '--clusterrole=reader', subject);
    await expect
      .poll(() => statusOf('/api/v1/namespaces/default/configmaps', token), { timeout: 10_000 })
      .toBe(200);
    expect(await statusOf('/api/v1/namespaces/default/secrets', token)).toBe(403);
  });

  it('is another one than that of the whole run', () => {
    expect(controlPlane.server).not.toBe(inject('apiServerUrl'));
  });

  it('can be stopped twice and refuses commands afterwards', async () => {
    const other = await startControlPlane();
    await Promise.all([other.stop(), other.stop()]);
    await other.stop();
    await expect(other.killApiServer()).rejects.toThrow('has been stopped');
  });
});

describe('disturbances', () => {
  it.each([
    { because: 'a killed API server keeps data and tokens', end: () => controlPlane.killApiServer() },
    {
      because: 'a terminated API server keeps data and tokens',
      end: () => controlPlane.terminateApiServer(),
    },
  ])('$because', async ({ end }) => {
    const name = `kept-${Math.random().toString(36).slice(2)}`;
    const token = await newServiceAccountToken(name);
    await kubectl('create', 'configmap', name, '--from-literal=key=value');
    await end();
    expect(await statusOf('/readyz', token)).toBe('ECONNREFUSED');
    await controlPlane.startApiServer();
    expect(await kubectl('get', 'configmap', name, '-o', 'jsonpath={.data.key}')).toBe('value');
    expect(await statusOf('/api/v1/namespaces/default/secrets', token)).toBe(403);
  });

  it('a paused API server accepts connections and does not answer until it is resumed', async () => {
    await controlPlane.pauseApiServer();
    expect(await statusOf('/readyz', 'any')).toBe('TIMEOUT');
    await controlPlane.resumeApiServer();
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
  });

  it('without etcd the API server lives on but is not ready until etcd is back', async () => {
    await controlPlane.killEtcd();
    const readiness = () => kubectl('get', '--raw', '/readyz').catch(String);
    await expect.poll(readiness, { timeout: 30_000, interval: 200 }).toContain('[-]etcd');
    expect(await kubectl('get', '--raw', '/livez?exclude=etcd')).toBe('ok');
    await controlPlane.startEtcd();
    await expect.poll(readiness, { timeout: 30_000, interval: 200 }).toBe('ok');
  });

  it('a component cannot be started twice', async () => {
    await expect(controlPlane.startApiServer()).rejects.toThrow('kube-apiserver is already running');
  });
});

describe('options', () => {
  it('a data directory keeps data and tokens for a start on other ports', async () => {
    const dataDirectory = mkdtempSync(join(tmpdir(), 'data-directory-'));
    const first = await startControlPlane({ dataDirectory });
    await runKubectl(first, ['create', 'serviceaccount', 'kept']);
    const token = (await runKubectl(first, ['create', 'token', 'kept'])).trim();
    await first.stop();
    const second = await startControlPlane({ dataDirectory });
    expect(second.server).not.toBe(first.server);
    expect(await runKubectl(second, ['get', 'serviceaccount', 'kept', '-o', 'name'])).toBe(
      'serviceaccount/kept\n',
    );
    expect(await statusOf('/api/v1/secrets', token, second)).toBe(403);
    await second.stop();
    rmSync(dataDirectory, { recursive: true });
  });

  it('a port that was asked for and is taken is an error', async () => {
    const squatter = createServer();
    const port = await new Promise<number>((resolve) => {
      squatter.listen(0, '127.0.0.1', () => resolve((squatter.address() as { port: number }).port));
    });
    try {
      await expect(startControlPlane({ apiServerPort: port })).rejects.toThrow(/address already in use/);
    } finally {
      squatter.close();
    }
  });

  it('a flag that the API server refuses ends the start with its own words', async () => {
    await expect(startControlPlane({ apiServerFlags: ['--no-such-flag'] })).rejects.toThrow(
      /kube-apiserver ended while it started.*no-such-flag/s,
    );
  });
});
