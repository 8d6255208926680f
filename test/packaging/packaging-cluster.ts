import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { findFreePort } from '../control-plane/free-port.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { eventually } from '../support/eventually.ts';
import { type ApiProxy, startApiProxy } from './api-proxy.ts';
import { findPackagingTools, type PackagingTools } from './packaging-tools.ts';
import type { PodRuntime } from './pod-runtime.ts';
import { type ProcessKubelet, startProcessKubelet } from './process-kubelet.ts';
import { processRuntime } from './process-runtime.ts';

const NODE = 'node-1';

/**
 * A control plane with its controllers and its scheduler, one Node that kwok keeps Ready, and a kubelet that runs Pods
 * as processes: what `helm install --wait` waits for really happens.
 */
export interface PackagingCluster {
  readonly controlPlane: ControlPlane;
  readonly tools: PackagingTools;
  readonly kubelet: ProcessKubelet;
  readonly api: ApiProxy;
  kubectl(...args: string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** Runs Helm; the error of a failed run holds what it printed. */
  helm(version: 3 | 4, ...args: string[]): Promise<string>;
  eventually<T>(read: () => T | Promise<T>, check: (value: T) => boolean, what: string): Promise<T>;
  stop(): Promise<void>;
}

export async function startPackagingCluster(
  runtime: PodRuntime = processRuntime(),
): Promise<PackagingCluster> {
  const tools = await findPackagingTools((line) => console.error(line));
  const controlPlane = await startControlPlane({ controllers: true });
  const { kubeconfigPath } = controlPlane;
  const api = await startApiProxy(controlPlane);
  const kubectl = (...args: string[]) => runKubectl(controlPlane, args);
  const apply = async (...objects: readonly object[]) => {
    const text = objects.map((object) => stringify(object)).join('---\n');
    await runKubectl(controlPlane, ['apply', '--server-side', '-f', '-'], text);
  };
  const kwok = startProgram(tools.kwok, [
    ...['--kubeconfig', kubeconfigPath, '--manage-all-nodes=true', '--node-ip', '127.0.0.1'],
    ...['--server-address', `127.0.0.1:${await findFreePort()}`, '--node-lease-duration-seconds', '40'],
    ...['-c', join(import.meta.dirname, 'node-stages.yaml')],
  ]);
  const room = { cpu: '32', memory: '64Gi', pods: '110' };
  await apply({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE, labels: { 'kubernetes.io/hostname': NODE } },
  });
  await api.patch(`/api/v1/nodes/${NODE}/status`, { status: { capacity: room, allocatable: room } });
  const kubelet = startProcessKubelet(controlPlane, api, NODE, runtime);
  return {
    controlPlane,
    tools,
    kubelet,
    api,
    kubectl,
    apply,
    helm: async (version, ...args) => {
      const program = version === 3 ? tools.helm3 : tools.helm4;
      const environment = {
        ...process.env,
        KUBECONFIG: kubeconfigPath,
        HELM_CACHE_HOME: controlPlane.directory,
      };
      const { stdout, stderr } = await promisify(execFile)(program, args, {
        env: environment,
        maxBuffer: 32 * 1024 * 1024,
      });
      return stdout + stderr;
    },
    eventually,
    stop: async () => {
      await kubelet.stop();
      await end(kwok);
      await api.stop();
      await controlPlane.stop();
    },
  };
}

function startProgram(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
