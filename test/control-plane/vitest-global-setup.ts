import type { TestProject } from 'vitest/node';
import { startControlPlane } from './control-plane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig of group system:masters for the control plane that all tests of a run share. */
    kubeconfigPath: string;
    /** Path of the kubectl of the same release. */
    kubectlPath: string;
    /** https URL of its API server. */
    apiServerUrl: string;
  }
}

/**
 * One control plane for a whole run of the project `cluster`. No controllers: namespaces do not go away and
 * nothing is garbage-collected, so tests take names of their own instead of cleaning up. A test that needs
 * controllers or disturbs the API server starts its own.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const controlPlane = await startControlPlane({ log: (line) => console.error(line) });
  project.provide('kubeconfigPath', controlPlane.kubeconfigPath);
  project.provide('kubectlPath', controlPlane.kubectl);
  project.provide('apiServerUrl', controlPlane.server);
  return () => controlPlane.stop();
}
