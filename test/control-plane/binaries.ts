import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { buildBinaries } from './build-binaries.ts';
import { chooseKubernetesRelease, releaseFingerprint } from './kubernetes-release.ts';

/** Absolute paths of executables. */
export interface ControlPlaneBinaries {
  readonly etcd: string;
  readonly kubeApiServer: string;
  readonly kubectl: string;
  /** Absent in the folders that setup-envtest fills, like kube-scheduler. */
  readonly kubeControllerManager?: string;
  readonly kubeScheduler?: string;
}

export interface FindBinariesOptions {
  /** Whether kube-controller-manager and kube-scheduler have to be there. */
  readonly controllers?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  /** Receives one line every ten seconds while the binaries are built. */
  readonly log?: (line: string) => void;
}

const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'];

/**
 * Finds the programs of the control plane: in KUBEBUILDER_ASSETS if that is set, else in the cache folder of
 * the user, else it builds them there, which takes minutes once. Throws an error of one sentence that says
 * what to install or to set.
 */
export async function findBinaries(options: FindBinariesOptions = {}): Promise<ControlPlaneBinaries> {
  const { controllers = false, environment = process.env, log = () => undefined } = options;
  const assets = environment.KUBEBUILDER_ASSETS;
  if (assets !== undefined && assets !== '') return binariesOfAssets(assets, controllers);
  const release = chooseKubernetesRelease(environment);
  const cacheRoot = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cacheRoot, 'pam-operator', 'control-plane', releaseFingerprint(release));
  const found = binariesIn(folder);
  if (found.missing.length > 0) await buildBinaries({ release, folder, environment, log });
  return found.binaries;
}

function binariesOfAssets(folder: string, controllers: boolean): ControlPlaneBinaries {
  const { binaries, missing } = binariesIn(folder);
  const needed = missing.filter((name) => controllers || !CONTROLLERS.includes(name));
  if (needed.length > 0) {
    throw new Error(
      `KUBEBUILDER_ASSETS points at ${folder}, which has no executable ${needed.join(', ')}; ` +
        'unset it to build the control plane from Go modules.',
    );
  }
  const { kubeControllerManager, kubeScheduler, ...others } = binaries;
  return {
    ...others,
    ...(!missing.includes('kube-controller-manager') && { kubeControllerManager }),
    ...(!missing.includes('kube-scheduler') && { kubeScheduler }),
  };
}

function binariesIn(folder: string) {
  const binaries = {
    etcd: join(folder, 'etcd'),
    kubeApiServer: join(folder, 'kube-apiserver'),
    kubectl: join(folder, 'kubectl'),
    kubeControllerManager: join(folder, 'kube-controller-manager'),
    kubeScheduler: join(folder, 'kube-scheduler'),
  };
  const missing = Object.values(binaries).flatMap((path) => (isExecutable(path) ? [] : basename(path)));
  return { binaries, missing };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
