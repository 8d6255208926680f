import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { accountKubeconfig } from '../e2e/service-account.ts';
import { type Program, startProgram } from '../support/program.ts';
import type { ApiProxy } from './api-proxy.ts';
import type { Container, Pod } from './pod.ts';

/** The program of a Pod's first container, started as the Pod says. */
export interface PodProcess {
  readonly program: Program;
  /** Whether its readiness probe succeeds; without one it is ready at once. */
  isReady(): Promise<boolean>;
  /** Removes its files. */
  remove(): void;
}

/**
 * Starts the operator from its sources with the arguments, the environment, the mounted files and the ServiceAccount
 * token of a Pod. Only the addresses of its servers are others, since all Pods share one loopback.
 */
export async function startPodProcess(
  pod: Pod,
  controlPlane: ControlPlane,
  api: ApiProxy,
): Promise<PodProcess> {
  const [container] = pod.spec.containers;
  if (container === undefined) throw new Error(`${pod.metadata.name} has no container`);
  const root = mkdtempSync(join(tmpdir(), 'pam-operator-pod-'));
  await mountFiles(pod, container, root, api);
  const environment: Record<string, string> = {
    PAM_OPERATOR_METRICS_BIND_ADDRESS: '127.0.0.1:0',
    PAM_OPERATOR_HEALTH_PROBE_BIND_ADDRESS: '127.0.0.1:0',
    ...environmentOf(pod, container),
  };
  if (hasToken(pod)) {
    const { namespace } = pod.metadata;
    const account = await accountKubeconfig(controlPlane, namespace, pod.spec.serviceAccountName);
    environment.PAM_OPERATOR_KUBECONFIG = account.path;
  }
  const mounts = container.volumeMounts ?? [];
  const args = (container.args ?? []).map((argument) =>
    mounts.reduce((text, { mountPath }) => text.replace(mountPath, join(root, mountPath)), argument),
  );
  const program = startProgram(args, environment);
  const path = container.readinessProbe?.httpGet?.path;
  return {
    program,
    isReady: async () => {
      if (path === undefined) return true;
      const port = program.log().find(({ msg }) => msg === 'Serves health checks')?.port;
      if (port === undefined) return false;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      return answer?.ok === true;
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
      const kubeconfig = environment.PAM_OPERATOR_KUBECONFIG;
      if (kubeconfig !== undefined) rmSync(dirname(kubeconfig), { recursive: true, force: true });
    },
  };
}

async function mountFiles(
  pod: Pod,
  { volumeMounts = [] }: Container,
  root: string,
  api: ApiProxy,
): Promise<void> {
  for (const { name, mountPath } of volumeMounts) {
    const map = pod.spec.volumes?.find((volume) => volume.name === name)?.configMap?.name;
    if (map === undefined) continue;
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/configmaps/${map}`;
    const { data = {} } = (await api.get(path)) as { data?: Record<string, string> };
    mkdirSync(join(root, mountPath), { recursive: true });
    for (const [file, text] of Object.entries(data)) writeFileSync(join(root, mountPath, file), text);
  }
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
