import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBaseImage } from './base-image.ts';
import { makeBuildStageImage } from './build-stage-image.ts';
import { buildah } from './buildah.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CERTIFICATES = process.env.SSL_CERT_FILE ?? '/etc/ssl/certs/ca-certificates.crt';

export interface BuiltImage {
  /** OCI layout with the image under the tag `latest`. */
  readonly layout: string;
  /** Of the manifest. */
  readonly digest: string;
  /** Sum of the compressed layers. */
  readonly compressedBytes: number;
}

/**
 * Builds the image of the Dockerfile with buildah, on a base made here. Needs root and Debian's buildah, mmdebstrap,
 * binutils.
 * @param folder for everything temporary; an earlier base in it is used again
 * @param name of the layout, so that two builds can be compared
 */
export function buildImage(folder: string, name: string, log: (line: string) => void): BuiltImage {
  const node = realNode();
  if (!existsSync(join(folder, 'base.tar'))) {
    log('Making the base image');
    makeBaseImage(folder, 'localhost/base', node);
    log('Making the image of the build stage');
    makeBuildStageImage(folder, 'localhost/build', node);
  }
  log('Building the image');
  buildah(
    folder,
    'build',
    ...['--isolation', 'chroot', '--network', 'host', '--timestamp', '0', '--no-cache'],
    // Where a proxy with its own authority stands between here and the registry of packages.
    ...['--volume', `${CERTIFICATES}:/etc/ssl/certs/ca-certificates.crt:ro`],
    ...['--build-arg', 'BUILD_IMAGE=localhost/build', '--build-arg', 'BASE_IMAGE=localhost/base'],
    ...['--tag', `localhost/pam-operator:${name}`, ROOT],
  );
  const layout = join(folder, name);
  buildah(folder, 'push', `localhost/pam-operator:${name}`, `oci:${layout}:latest`);
  return { layout, ...measure(layout) };
}

/** The Node of this project, not a wrapper. */
function realNode(): string {
  return execFileSync(process.execPath, ['-p', 'process.execPath'], { encoding: 'utf8' }).trim();
}

function measure(layout: string): Pick<BuiltImage, 'digest' | 'compressedBytes'> {
  const read = (path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8'));
  const { digest } = read('index.json').manifests[0] as { digest: string };
  const { layers } = read(`blobs/${digest.replace(':', '/')}`) as { layers: { size: number }[] };
  return { digest, compressedBytes: layers.reduce((sum, { size }) => sum + size, 0) };
}
