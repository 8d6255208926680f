import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { followedChild } from '../../support/followed-child.ts';
import type { Program } from '../../support/program.ts';
import type { PodProgram, PodRuntime } from '../pod-runtime.ts';
import { hardenedConfig, type OciConfig } from './hardened-config.ts';

const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Containers of one image under runc, each with a read-only root, no capability, and a limit of memory.
 * @param unpacked folder of the image, as umoci leaves it
 */
export function containerRuntime(unpacked: string, memoryMebibytes: number): PodRuntime {
  const config = JSON.parse(readFileSync(join(unpacked, 'config.json'), 'utf8')) as OciConfig;
  return (program) => {
    const id = `pam-operator-${randomUUID()}`;
    const folder = mkdtempSync(join(tmpdir(), 'pam-operator-runc-'));
    const account = program.kubeconfigPath;
    const hardened = hardenedConfig(config, {
      rootfs: join(unpacked, 'rootfs'),
      command: program.command,
      args: program.args,
      env: { ...program.env, ...(account !== undefined && serviceAddress(account)) },
      mounts: [...program.mounts, ...(account === undefined ? [] : [tokenMount(folder, account)])],
      memoryMebibytes,
    });
    writeFileSync(join(folder, 'config.json'), JSON.stringify(hardened));
    return runContainer(folder, id);
  };
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

const readKubeconfig = (path: string) => parse(readFileSync(path, 'utf8')) as Kubeconfig;

/** The files that the kubelet mounts into every Pod with a token. */
function tokenMount(bundle: string, kubeconfigPath: string): PodProgram['mounts'][number] {
  const { clusters, users } = readKubeconfig(kubeconfigPath);
  const folder = join(bundle, 'account');
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'token'), users[0].user.token);
  writeFileSync(
    join(folder, 'ca.crt'),
    Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64'),
  );
  return { folder, mountPath: TOKEN_FOLDER };
}

function serviceAddress(kubeconfigPath: string): Record<string, string> {
  const { hostname, port } = new URL(readKubeconfig(kubeconfigPath).clusters[0].cluster.server);
  return { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
}

/** @param folder with the config.json; it is removed with the container */
function runContainer(folder: string, id: string): Program {
  const root = ['--root', join(folder, 'state')];
  const child = spawn('runc', [...root, 'run', '--bundle', folder, id], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const signal = (name: NodeJS.Signals) => {
    try {
      execFileSync('runc', [...root, 'kill', id, name.replace('SIG', '')], { stdio: 'ignore' });
    } catch {
      // It has ended.
    }
  };
  const { ended, ...said } = followedChild(child, () => {
    signal('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ...said,
    get pid() {
      const { pid } = JSON.parse(execFileSync('runc', [...root, 'state', id], { encoding: 'utf8' })) as {
        pid: number;
      };
      return pid;
    },
    kill: signal,
    ended: ended.finally(() => rmSync(folder, { recursive: true, force: true })),
  };
}
