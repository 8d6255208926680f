import { join } from 'node:path';
import { startProgram } from '../support/program.ts';
import type { PodRuntime } from './pod-runtime.ts';

/**
 * The operator from its sources, and from those of other versions where Pods name their images. Paths in commands and
 * arguments are those of this machine; there is no other file system.
 * @param mains `main.ts` of other versions, by image
 */
export function processRuntime(mains: Readonly<Record<string, string>> = {}): PodRuntime {
  return ({ image, command = [], args, env, mounts, kubeconfigPath }) => {
    const onThisMachine = (text: string) =>
      mounts.reduce((path, { folder, mountPath }) => path.replace(mountPath, join(folder)), text);
    // A command is Node and the file that it runs.
    const [, main, ...first] = command.map(onThisMachine);
    return startProgram(
      [...first, ...args.map(onThisMachine)],
      { ...env, ...(kubeconfigPath !== undefined && { PAM_OPERATOR_KUBECONFIG: kubeconfigPath }) },
      main ?? mains[image],
    );
  };
}
