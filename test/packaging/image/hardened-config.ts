import { readFileSync } from 'node:fs';

/** The parts of an OCI runtime configuration that are changed here. */
export interface OciConfig {
  readonly process: {
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly [field: string]: unknown;
  };
  readonly mounts: readonly { readonly destination: string }[];
  readonly linux: {
    readonly namespaces: readonly { readonly type: string }[];
    readonly [field: string]: unknown;
  };
}

interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly syscalls: readonly {
    readonly names: readonly string[];
    readonly action: string;
    readonly args?: readonly object[];
    readonly errnoRet?: number;
    readonly includes?: { readonly arches?: readonly string[]; readonly caps?: readonly string[] };
    readonly excludes?: { readonly arches?: readonly string[] };
  }[];
}

export interface ContainerLimits {
  /** Absolute. */
  readonly rootfs: string;
  /** In place of the image's entry point. */
  readonly command: readonly string[] | undefined;
  /** Behind it. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly { readonly folder: string; readonly mountPath: string }[];
  readonly memoryMebibytes: number;
}

/** Debian's containers-common. */
const SECCOMP = '/usr/share/containers/seccomp.json';
const ARCHES = ['amd64', 'x86_64'];

/**
 * What a kubelet makes of the Pod of the chart: read-only root, no capability, no new privileges, the runtime's default
 * seccomp profile, a limit of memory without swap. It shares the network of this machine, where the API server is.
 */
export function hardenedConfig(
  config: OciConfig,
  { rootfs, command, args, env, mounts, memoryMebibytes }: ContainerLimits,
): object {
  const bytes = memoryMebibytes * 1024 * 1024;
  return {
    ...config,
    process: {
      ...config.process,
      terminal: false,
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] },
      args: [...(command ?? config.process.args), ...args],
      env: [...config.process.env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    },
    root: { path: rootfs, readonly: true },
    mounts: [
      ...config.mounts.filter(({ destination }) => destination !== '/sys/fs/cgroup'),
      ...mounts.map(({ folder, mountPath }) => ({
        destination: mountPath,
        type: 'bind',
        source: folder,
        options: ['bind', 'ro'],
      })),
    ],
    linux: {
      ...config.linux,
      namespaces: config.linux.namespaces.filter(({ type }) => type !== 'network'),
      resources: { memory: { limit: bytes, swap: bytes } },
      seccomp: seccomp(),
    },
  };
}

/** The profile for a container without capabilities, in the runtime's own form. */
function seccomp(): object {
  const {
    defaultAction,
    defaultErrnoRet = 1,
    syscalls,
  } = JSON.parse(readFileSync(SECCOMP, 'utf8')) as SeccompProfile;
  const applies = syscalls.filter(({ includes, excludes }) => {
    const named = includes?.arches;
    if (named !== undefined && !named.some((arch) => ARCHES.includes(arch))) return false;
    if (excludes?.arches?.some((arch) => ARCHES.includes(arch)) === true) return false;
    return includes?.caps === undefined;
  });
  return {
    defaultAction,
    defaultErrnoRet,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: applies.map(({ names, action, args, errnoRet }) => ({
      names,
      action,
      ...(args !== undefined && args.length > 0 && { args }),
      ...(errnoRet !== undefined && { errnoRet }),
    })),
  };
}
