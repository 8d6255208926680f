import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlPlaneBinaries, findBinaries } from './binaries.ts';
import { startControlPlane } from './control-plane.ts';
import { makeFakeGo } from './fake-go.ts';
import { runKubectl } from './kubectl.ts';

let assets: string;
let real: ControlPlaneBinaries;

beforeEach(async () => {
  real = await findBinaries();
  assets = mkdtempSync(join(tmpdir(), 'assets-'));
});
afterEach(() => rmSync(assets, { recursive: true }));

/** What setup-envtest provides: no controllers and no scheduler. */
function fillAssets(...programs: readonly string[]): void {
  for (const program of programs) symlinkSync(program, join(assets, basename(program)));
}

function replaceAsset(name: string, script: string): void {
  rmSync(join(assets, name));
  writeFileSync(join(assets, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe('KUBEBUILDER_ASSETS', () => {
  it('is used when it is set, also without controllers', async () => {
    fillAssets(real.etcd, real.kubeApiServer, real.kubectl);
    const environment = { KUBEBUILDER_ASSETS: assets };
    expect(await findBinaries({ environment })).toEqual({
      etcd: join(assets, 'etcd'),
      kubeApiServer: join(assets, 'kube-apiserver'),
      kubectl: join(assets, 'kubectl'),
    });
    const controlPlane = await startControlPlane({ environment });
    expect(controlPlane.kubectl).toBe(join(assets, 'kubectl'));
    expect(await runKubectl(controlPlane, ['get', '--raw', '/readyz'])).toBe('ok');
    await controlPlane.stop();
  });

  it('without controllers cannot give them and says so in one sentence', async () => {
    fillAssets(real.etcd, real.kubeApiServer, real.kubectl);
    await expect(
      startControlPlane({ controllers: true, environment: { KUBEBUILDER_ASSETS: assets } }),
    ).rejects.toThrow(
      `KUBEBUILDER_ASSETS points at ${assets}, which has no executable kube-controller-manager, kube-scheduler; ` +
        'unset it to build the control plane from Go modules.',
    );
  });

  it('is never filled up from elsewhere', async () => {
    fillAssets(real.kubectl);
    await expect(
      findBinaries({ environment: { ...process.env, KUBEBUILDER_ASSETS: assets } }),
    ).rejects.toThrow('has no executable etcd, kube-apiserver;');
  });
});

describe('a machine that can neither find nor build the control plane', () => {
  const sentence = (reason: string) =>
    `The control plane for tests has to be built once and ${reason}: install Go 1.26 or newer, ` +
    'or set KUBEBUILDER_ASSETS to the folder that `setup-envtest use -p path` prints.';

  it('learns that there is no Go', async () => {
    const environment = { PATH: assets, XDG_CACHE_HOME: assets };
    await expect(startControlPlane({ environment })).rejects.toThrow(sentence('there is no go in PATH'));
  });

  it.each([
    {
      because: 'an old Go that may not fetch a newer one',
      complaint: 'go: go.mod requires go >= 1.26.0 (running go 1.22.3; GOTOOLCHAIN=local)',
      reason: 'go.mod requires go >= 1.26.0 (running go 1.22.3; GOTOOLCHAIN=local)',
    },
    {
      because: 'an old Go that cannot fetch a newer one',
      complaint: 'go: download go1.26 for linux/amd64: toolchain not available',
      reason: 'download go1.26 for linux/amd64: toolchain not available',
    },
  ])('learns that its Go is too old: $because', async ({ complaint, reason }) => {
    const go = makeFakeGo(`#!/bin/sh\necho '${complaint}' >&2\nexit 1\n`);
    await expect(findBinaries({ environment: go.environment })).rejects.toThrow(sentence(reason));
    go.remove();
  });

  it.each(['latest', '1.34', '2.0.0'])('learns that KUBERNETES_VERSION=%s is none', async (version) => {
    await expect(findBinaries({ environment: { KUBERNETES_VERSION: version } })).rejects.toThrow(
      `KUBERNETES_VERSION has to look like 1.34.4, not like "${version}"`,
    );
  });
});

describe('a component that does not come up', () => {
  it('is tried again on other ports when a port was taken in the last moment', async () => {
    fillAssets(real.etcd, real.kubeApiServer, real.kubectl);
    const marker = join(assets, 'clashed');
    replaceAsset(
      'etcd',
      `[ -e ${marker} ] && exec ${real.etcd} "$@"\n: > ${marker}\necho 'bind: address already in use'\nexit 1`,
    );
    const controlPlane = await startControlPlane({ environment: { KUBEBUILDER_ASSETS: assets } });
    expect(await runKubectl(controlPlane, ['get', '--raw', '/readyz'])).toBe('ok');
    await controlPlane.stop();
  });

  it('ends the start with the end of its log', async () => {
    fillAssets(real.etcd, real.kubeApiServer, real.kubectl);
    replaceAsset('kube-apiserver', 'echo the disk is on fire; exit 1');
    await expect(startControlPlane({ environment: { KUBEBUILDER_ASSETS: assets } })).rejects.toThrow(
      'kube-apiserver ended while it started; the end of its log:\nthe disk is on fire',
    );
  });
});
