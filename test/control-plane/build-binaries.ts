import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { buildGoPrograms } from './build-go-programs.ts';
import { writeGoModule } from './go-module-of-release.ts';
import { GO_MODULE_DIRECTORY, type KubernetesRelease } from './kubernetes-release.ts';
import { kubernetesVersionVariables } from './kubernetes-version-variables.ts';
import { runGo } from './run-go.ts';

export interface BuildOptions {
  readonly release: KubernetesRelease;
  /** Appears complete or not at all. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Receives about one line every ten seconds. */
  readonly log: (line: string) => void;
}

const PROGRAMS = [
  { name: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
  { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  { name: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'kube-controller-manager', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  { name: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
];

/** Builds etcd, kube-apiserver, kubectl, kube-controller-manager and kube-scheduler as {@link buildGoPrograms} does. */
export async function buildBinaries({ release, folder, environment, log }: BuildOptions): Promise<void> {
  const variables = kubernetesVersionVariables(release.version);
  await buildGoPrograms({
    what: `the control plane of Kubernetes ${release.version}`,
    programs: PROGRAMS.map((program) => ({ ...program, variables })),
    module: release.isPinned
      ? GO_MODULE_DIRECTORY
      : (directory, buildEnvironment, onStart) =>
          prepareModule(release.version, directory, buildEnvironment, onStart),
    probeDirectory: GO_MODULE_DIRECTORY,
    folder,
    environment,
    log,
  });
}

async function prepareModule(
  version: string,
  directory: string,
  environment: NodeJS.ProcessEnv,
  onStart: (child: ChildProcess) => void,
): Promise<string> {
  mkdirSync(directory);
  const call = { directory, environment: { ...environment, GOFLAGS: '-buildvcs=false -mod=mod' }, onStart };
  const download = ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`];
  const module = JSON.parse(await runGo({ ...call, arguments: download })) as { GoMod: string };
  writeGoModule(directory, version, module.GoMod);
  await runGo({ ...call, arguments: ['mod', 'tidy'] });
  return directory;
}
