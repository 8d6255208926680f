import { join } from 'node:path';
import { startProgram } from '../support/program.ts';
import type { PodRuntime } from './pod-runtime.ts';

/** The operator from its sources. Paths in the arguments are those of this machine; there is no other file system. */
export const processRuntime: PodRuntime = ({ args, env, mounts, kubeconfigPath }) =>
  startProgram(
    args.map((argument) =>
      mounts.reduce((text, { folder, mountPath }) => text.replace(mountPath, join(folder)), argument),
    ),
    { ...env, ...(kubeconfigPath !== undefined && { PAM_OPERATOR_KUBECONFIG: kubeconfigPath }) },
  );
