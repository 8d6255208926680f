import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { acquireBuildLock } from './build-lock.ts';
import { cleanUpOnInterrupt } from './clean-up-on-interrupt.ts';
import { writeGoModule } from './go-module-of-release.ts';
import { GO_MODULE_DIRECTORY, type KubernetesRelease } from './kubernetes-release.ts';
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
];

const REPORT_INTERVAL = 10_000;

/**
 * Builds etcd, kube-apiserver, kubectl and kube-controller-manager from Go modules. Several processes may ask
 * at the same time: one builds, the others wait. Everything temporary (3 GB of build cache) is removed, also
 * when the build fails or is interrupted; after a crash the next build does it. Throws GoUnavailable.
 */
export async function buildBinaries(options: BuildOptions): Promise<void> {
  const { release, folder, log } = options;
  const isDone = () => PROGRAMS.every(({ name }) => existsSync(join(folder, name)));
  const go = goEnvironment(options.environment);
  await runGo({ arguments: ['list', '-m'], directory: GO_MODULE_DIRECTORY, environment: go });
  const lock = await acquireBuildLock({ directory: `${folder}.building`, isDone, log });
  if (lock === undefined) return;
  let running: ChildProcess | undefined;
  const interruptible = cleanUpOnInterrupt(() => {
    if (running?.pid !== undefined) killGroup(running.pid);
    lock.release();
  });
  try {
    const onStart = (child: ChildProcess) => {
      running = child;
      child.once('exit', () => {
        running = undefined;
      });
    };
    const environment = withTemporaryFolders(go, lock.directory);
    const startedAt = Date.now();
    log(`Building the control plane of Kubernetes ${release.version} once, which takes some minutes`);
    const directory = release.isPinned
      ? GO_MODULE_DIRECTORY
      : await prepareModule(release.version, join(lock.directory, 'module'), environment, onStart);
    const output = join(lock.directory, 'bin');
    mkdirSync(output);
    for (const [index, program] of PROGRAMS.entries()) {
      const progress = reportProgress(`${index + 1} of ${PROGRAMS.length}, ${program.name}`, startedAt, log);
      await runGo({
        arguments: [...buildArguments(release.version), '-o', join(output, program.name), program.package],
        directory,
        environment,
        onStart,
        onLine: progress.note,
      }).finally(progress.end);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(output, folder);
    log(`Built the control plane in ${secondsSince(startedAt)} s; it is kept in ${folder}`);
  } finally {
    interruptible.end();
    lock.release();
  }
}

function goEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // What a developer may have set for other work must not decide for which machine or from what is built.
  const { GOOS: _os, GOARCH: _arch, ...rest } = environment;
  return { ...rest, GOWORK: 'off', CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false -mod=readonly' };
}

function withTemporaryFolders(environment: NodeJS.ProcessEnv, directory: string): NodeJS.ProcessEnv {
  const [goCache, goTemporary] = [join(directory, 'go-cache'), join(directory, 'go-tmp')];
  mkdirSync(goTemporary);
  return { ...environment, GOCACHE: goCache, GOTMPDIR: goTemporary };
}

/** Without the version, the API server calls itself v0.0.0 and clients that compare versions misbehave. */
function buildArguments(version: string): string[] {
  const [major, minor] = version.split('.');
  const set = (name: string, value: string | undefined) =>
    `-X k8s.io/component-base/version.${name}=${value}`;
  const flags = [
    '-s',
    '-w',
    set('gitVersion', `v${version}`),
    set('gitMajor', major),
    set('gitMinor', minor),
  ];
  return ['build', '-trimpath', `-ldflags=${flags.join(' ')}`];
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

function reportProgress(step: string, startedAt: number, log: (line: string) => void) {
  let download = '';
  const report = () => log(`Building ${step}: ${secondsSince(startedAt)} s${download}`);
  const timer = setInterval(report, REPORT_INTERVAL);
  report();
  return {
    note: (line: string) => {
      const module = /^go: downloading (.+)$/.exec(line)?.[1];
      download = module === undefined ? '' : `, downloading ${module}`;
    },
    end: () => clearInterval(timer),
  };
}

function secondsSince(moment: number): number {
  return Math.round((Date.now() - moment) / 1000);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: it has just ended
  }
}
