import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { accountKubeconfig } from '../e2e/service-account.ts';
import type { Program } from '../support/program.ts';
import type { ApiProxy } from './api-proxy.ts';
import type { Container, Pod } from './pod.ts';
import type { PodProgram, PodRuntime } from './pod-runtime.ts';

/** The programs of a Pod's containers, started as the Pod says. */
export interface PodProcess {
  /** Of the first container, which is the operator. */
  readonly program: Program;
  /** Of the containers beside it. They end with it. */
  readonly sidecars: readonly Program[];
  /** Whether its readiness probe succeeds; without one it is ready at once. */
  isReady(): Promise<boolean>;
  /** Removes its files. */
  remove(): void;
}

/**
 * Starts the containers with the arguments, the environment, the mounted files and the ServiceAccount token of a Pod. Only
 * the addresses of the operator's servers are others, since all Pods share one loopback.
 */
export async function startPodProcess(
  pod: Pod,
  controlPlane: ControlPlane,
  api: ApiProxy,
  runtime: PodRuntime,
): Promise<PodProcess> {
  const [container, ...beside] = pod.spec.containers;
  if (container === undefined) throw new Error(`${pod.metadata.name} has no container`);
  const files = mkdtempSync(join(tmpdir(), 'pam-operator-pod-'));
  const { namespace } = pod.metadata;
  const account = hasToken(pod)
    ? await accountKubeconfig(controlPlane, namespace, pod.spec.serviceAccountName)
    : undefined;
  const start = async (each: Container) =>
    runtime({
      image: each.image,
      command: each.command,
      args: each.args ?? [],
      env: {
        PAM_OPERATOR_METRICS_BIND_ADDRESS: '127.0.0.1:0',
        PAM_OPERATOR_HEALTH_PROBE_BIND_ADDRESS: '127.0.0.1:0',
        ...environmentOf(pod, each),
      },
      mounts: await mountFiles(pod, each, files, api),
      kubeconfigPath: account?.path,
    });
  const program = await start(container);
  const sidecars = await Promise.all(beside.map(start));
  void program.ended.then(() => {
    for (const sidecar of sidecars) sidecar.kill('SIGTERM');
  });
  const path = container.readinessProbe?.httpGet?.path;
  return {
    program,
    sidecars,
    isReady: async () => {
      if (path === undefined) return true;
      const port = program.log().find(({ msg }) => msg === 'Serves health checks')?.port;
      if (port === undefined) return false;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      return answer?.ok === true;
    },
    remove: () => {
      rmSync(files, { recursive: true, force: true });
      account?.remove();
    },
  };
}

/** ConfigMaps as folders. */
async function mountFiles(
  pod: Pod,
  { volumeMounts = [] }: Container,
  files: string,
  api: ApiProxy,
): Promise<PodProgram['mounts']> {
  const mounts: { folder: string; mountPath: string }[] = [];
  for (const { name, mountPath } of volumeMounts) {
    const map = pod.spec.volumes?.find((volume) => volume.name === name)?.configMap?.name;
    if (map === undefined) continue;
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/configmaps/${map}`;
    const { data = {} } = (await api.get(path)) as { data?: Record<string, string> };
    const folder = join(files, name);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(data)) writeFileSync(join(folder, file), text);
    mounts.push({ folder, mountPath });
  }
  return mounts;
}

function environmentOf({ metadata }: Pod, { env = [] }: Container): Record<string, string> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
  };
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
    ]),
  );
}

/** The API server's admission adds the volume unless the Pod or its account says no. */
function hasToken({ spec }: Pod): boolean {
  return (spec.volumes ?? []).some(({ projected }) =>
    projected?.sources.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );
}
