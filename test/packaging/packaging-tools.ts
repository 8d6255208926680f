import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GoProgram } from '../control-plane/build-go-programs.ts';
import { chooseKubernetesRelease } from '../control-plane/kubernetes-release.ts';
import { kubernetesVersionVariables } from '../control-plane/kubernetes-version-variables.ts';
import { cachedGoPrograms } from './cached-go-programs.ts';

/** Absolute paths of the programs that only the packaging suites use. */
export interface PackagingTools {
  readonly helm3: string;
  readonly helm4: string;
  readonly crane: string;
  readonly kubeScheduler: string;
  readonly kwok: string;
}

const MODULE = join(import.meta.dirname, 'tools');

/**
 * Finds the programs in the user's cache folder, else builds them there from the modules that are pinned in `tools`.
 * Throws an error of one sentence that says what to install.
 */
export async function findPackagingTools(log: (line: string) => void = () => {}): Promise<PackagingTools> {
  const what = 'Helm, crane, kwok and kube-scheduler';
  const folder = await cachedGoPrograms({ what, programs: listPrograms(), module: MODULE, log });
  return {
    helm3: join(folder, 'helm3'),
    helm4: join(folder, 'helm4'),
    crane: join(folder, 'crane'),
    kubeScheduler: join(folder, 'kube-scheduler'),
    kwok: join(folder, 'kwok'),
  };
}

function listPrograms(): GoProgram[] {
  const kubernetes = chooseKubernetesRelease({}).version;
  const [major = '', minor = ''] = kubernetes.split('.');
  const rules = 'helm.sh/helm/v3/pkg/lint/rules';
  const capabilities = 'helm.sh/helm/v3/pkg/chartutil';
  return [
    {
      name: 'helm4',
      package: 'helm.sh/helm/v4/cmd/helm',
      variables: [`helm.sh/helm/v4/internal/version.version=v${versionOf('helm.sh/helm/v4')}`],
    },
    {
      name: 'helm3',
      package: 'helm.sh/helm/v3/cmd/helm',
      // Without them `helm template` renders for Kubernetes 1.20 and the chart's kubeVersion refuses.
      variables: [
        `helm.sh/helm/v3/internal/version.version=v${versionOf('helm.sh/helm/v3')}`,
        ...[rules, capabilities].flatMap((place) => [
          `${place}.k8sVersionMajor=${major}`,
          `${place}.k8sVersionMinor=${minor}`,
        ]),
      ],
    },
    { name: 'crane', package: 'github.com/google/go-containerregistry/cmd/crane' },
    {
      name: 'kube-scheduler',
      package: 'k8s.io/kubernetes/cmd/kube-scheduler',
      variables: kubernetesVersionVariables(kubernetes),
    },
    { name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  ];
}

function versionOf(module: string): string {
  const found = readFileSync(join(MODULE, 'go.mod'), 'utf8')
    .split('\n')
    .find((line) => line.trim().startsWith(`${module} v`));
  if (found === undefined) throw new Error(`go.mod of the packaging tools does not require ${module}`);
  return found.trim().split(' v')[1]?.split(' ')[0] ?? '';
}
