import type { Program } from '../support/program.ts';

/** What a kubelet gives to the program of one container. */
export interface PodProgram {
  readonly image: string;
  /** In place of the image's entry point, where the container has one. */
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders of this machine, and where the program has to see them. */
  readonly mounts: readonly { readonly folder: string; readonly mountPath: string }[];
  /** Kubeconfig with the token of its ServiceAccount; absent where the Pod wants none. */
  readonly kubeconfigPath: string | undefined;
}

/** Starts the program of a container: as a process of this machine, or in a container. */
export type PodRuntime = (program: PodProgram) => Program;
