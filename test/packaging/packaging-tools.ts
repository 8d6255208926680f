import { join } from 'node:path';
import type { GoProgram } from '../control-plane/build-go-programs.ts';
import { chooseKubernetesRelease } from '../control-plane/kubernetes-release.ts';
import { cachedGoPrograms } from './cached-go-programs.ts';
import { moduleVersion } from './module-version.ts';

/** Absolute paths of the programs that only the packaging suites use. */
export interface PackagingTools {
  readonly helm3: string;
  readonly helm4: string;
  readonly crane: string;
  readonly kwok: string;
}

const MODULE = join(import.meta.dirname, 'tools');

/**
 * Finds the programs in the user's cache folder, else builds them there from the modules that are pinned in `tools`.
 * Throws an error of one sentence that says what to install.
 */
export async function findPackagingTools(log: (line: string) => void = () => {}): Promise<PackagingTools> {
  const what = 'Helm, crane and kwok';
  const folder = await cachedGoPrograms({ what, programs: listPrograms(), module: MODULE, log });
  return {
    helm3: join(folder, 'helm3'),
    helm4: join(folder, 'helm4'),
    crane: join(folder, 'crane'),
    kwok: join(folder, 'kwok'),
  };
}

function listPrograms(): GoProgram[] {
  const [major = '', minor = ''] = chooseKubernetesRelease({}).version.split('.');
  const rules = 'helm.sh/helm/v3/pkg/lint/rules';
  const capabilities = 'helm.sh/helm/v3/pkg/chartutil';
  return [
    {
      name: 'helm4',
      package: 'helm.sh/helm/v4/cmd/helm',
      variables: [`helm.sh/helm/v4/internal/version.version=v${moduleVersion(MODULE, 'helm.sh/helm/v4')}`],
    },
    {
      name: 'helm3',
      package: 'helm.sh/helm/v3/cmd/helm',
      // Without them `helm template` renders for Kubernetes 1.20 and the chart's kubeVersion refuses.
      variables: [
        `helm.sh/helm/v3/internal/version.version=v${moduleVersion(MODULE, 'helm.sh/helm/v3')}`,
        ...[rules, capabilities].flatMap((place) => [
          `${place}.k8sVersionMajor=${major}`,
          `${place}.k8sVersionMinor=${minor}`,
        ]),
      ],
    },
    { name: 'crane', package: 'github.com/google/go-containerregistry/cmd/crane' },
    { name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  ];
}
