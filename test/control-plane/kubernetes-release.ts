import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder with go.mod, go.sum and tools.go. */
export const GO_MODULE_DIRECTORY = import.meta.dirname;

export interface KubernetesRelease {
  /** For example "1.37.2". */
  readonly version: string;
  /** Whether it is the one that go.mod and go.sum pin. */
  readonly isPinned: boolean;
}

/**
 * The release to test against: KUBERNETES_VERSION (with or without a leading "v"), else the one pinned in
 * go.mod. Throws on anything that is not a release of Kubernetes 1.
 */
export function chooseKubernetesRelease(environment: NodeJS.ProcessEnv): KubernetesRelease {
  const pinned = pinnedVersion('k8s.io/kubernetes');
  const wanted = environment.KUBERNETES_VERSION?.replace(/^v/, '') || pinned;
  if (!/^1\.\d+\.\d+$/.test(wanted)) {
    throw new Error(`KUBERNETES_VERSION has to look like 1.34.4, not like "${wanted}"`);
  }
  return { version: wanted, isPinned: wanted === pinned };
}

/**
 * Sixteen hexadecimal digits that change whenever other binaries would come out: pinned modules, release,
 * the Go version that go.mod asks for, platform. The installed Go is not part of it, so that a filled cache
 * serves machines without Go and outlives its updates.
 */
export function releaseFingerprint(release: KubernetesRelease): string {
  const parts = [
    readFileSync(join(GO_MODULE_DIRECTORY, 'go.sum'), 'utf8'),
    release.version,
    requiredGoVersion(),
    process.platform,
    process.arch,
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** The Go version that the pinned modules need, for example "1.26.0". */
export function requiredGoVersion(): string {
  return firstMatch(/^go (\S+)$/m);
}

function pinnedVersion(modulePath: string): string {
  return firstMatch(new RegExp(`^\\s*${modulePath.replaceAll('.', '\\.')} v(\\S+)$`, 'm'));
}

function firstMatch(pattern: RegExp): string {
  const found = pattern.exec(readFileSync(join(GO_MODULE_DIRECTORY, 'go.mod'), 'utf8'))?.[1];
  if (found === undefined) throw new Error(`go.mod of the control plane has nothing that matches ${pattern}`);
  return found;
}
