import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBinaries } from './binaries.ts';
import { type FakeGo, makeFakeGo } from './fake-go.ts';
import { chooseKubernetesRelease, releaseFingerprint } from './kubernetes-release.ts';
import { listProcesses } from './process-list.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'];
const FINGERPRINT = releaseFingerprint(chooseKubernetesRelease({}));

let go: FakeGo;

beforeEach(() => {
  go = makeFakeGo();
});
afterEach(() => go.remove());

const cacheFolder = () => join(go.cacheHome, 'pam-operator', 'control-plane');
const listFolder = (path: string) => (existsSync(path) ? readdirSync(path).sort() : []);
const builds = () => go.calls().filter((call) => call.startsWith('build'));

function startBuild(environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--build-only'], {
    env: { ...go.environment, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function outcome(build: ChildProcess) {
  const [[code, signal], complaints] = await Promise.all([
    once(build, 'exit'),
    build.stderr === null ? '' : text(build.stderr),
  ]);
  return { code, signal, complaints };
}

describe('building the control plane', () => {
  it('builds all five programs with the version in them and keeps nothing else', async () => {
    const log: string[] = [];
    const found = await findBinaries({ environment: go.environment, log: (line) => log.push(line) });
    expect(listFolder(cacheFolder())).toEqual([FINGERPRINT]);
    expect(listFolder(join(cacheFolder(), FINGERPRINT))).toEqual(PROGRAMS);
    expect(found.kubectl).toBe(join(cacheFolder(), FINGERPRINT, 'kubectl'));
    expect(builds()).toHaveLength(5);
    for (const call of builds()) {
      expect(call).toContain('-trimpath');
      expect(call).toContain('version.gitVersion=v1.37.2 ');
      expect(call).toContain('version.gitMajor=1 ');
      expect(call).toContain('version.gitMinor=37 ');
    }
    expect(log.join('\n')).toMatch(/Building 2 of 5, kube-apiserver: \d+ s/);
  });

  it('does not call go when everything is in the cache', async () => {
    await findBinaries({ environment: go.environment });
    const before = go.calls().length;
    await findBinaries({ environment: { ...go.environment, PATH: '/nowhere' } });
    expect(go.calls()).toHaveLength(before);
  });

  it('uses and keeps the build cache that GOCACHE names: several builds have much in common', async () => {
    const goCache = join(go.folder, 'go-build');
    await findBinaries({ environment: { ...go.environment, GOCACHE: goCache } });
    expect(listFolder(goCache)).toEqual(['object']);
    expect(listFolder(cacheFolder())).toEqual([FINGERPRINT]);
  });

  it('builds once for two processes that ask at the same time', async () => {
    const outcomes = await Promise.all(
      [startBuild({ BUILD_SECONDS: '0.3' }), startBuild({ BUILD_SECONDS: '0.3' })].map(outcome),
    );
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
    expect(builds()).toHaveLength(5);
    expect(outcomes.map(({ complaints }) => complaints).join('')).toContain('Waiting for another process');
    expect(listFolder(cacheFolder())).toEqual([FINGERPRINT]);
  });

  it('leaves nothing behind when the compiler fails and says what it said', async () => {
    const failed = await outcome(startBuild({ BUILD_FAILS: 'yes' }));
    expect(failed.code).toBe(1);
    expect(failed.complaints).toContain('the compiler is unhappy');
    expect(listFolder(cacheFolder())).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves nothing behind when it is interrupted by %s',
    async (signal) => {
      const build = startBuild({ BUILD_SECONDS: '30' });
      await expect.poll(() => builds().length, PATIENCE).toBe(1);
      const compiler = listProcesses().find(({ parent }) => parent === build.pid)?.group;
      expect(compiler).toBeTypeOf('number');
      build.kill(signal);
      expect(await outcome(build)).toMatchObject({ signal });
      expect(listFolder(cacheFolder())).toEqual([]);
      await expect
        .poll(() => listProcesses().filter(({ group }) => group === compiler), PATIENCE)
        .toEqual([]);
    },
  );

  it('takes over after a build that was killed, and removes its remains', async () => {
    const killed = startBuild({ BUILD_SECONDS: '1' });
    await expect.poll(() => builds().length, PATIENCE).toBe(1);
    killed.kill('SIGKILL');
    await outcome(killed);
    expect(listFolder(cacheFolder())).toEqual([`${FINGERPRINT}.building`]);
    await findBinaries({ environment: go.environment });
    expect(listFolder(cacheFolder())).toEqual([FINGERPRINT]);
    expect(listFolder(join(cacheFolder(), FINGERPRINT))).toEqual(PROGRAMS);
  });
});
