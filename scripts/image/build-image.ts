import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { BASE_IMAGE, BUILD_IMAGE, findBaseImages } from './base-images.ts';
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
 * Builds the image of the Dockerfile with buildah, on bases made here. Needs root and Debian's buildah and binutils.
 * @param layout folder that does not exist yet
 */
export async function buildImage(layout: string, log: (line: string) => void): Promise<BuiltImage> {
  const store = { folder: `${layout}.building`, readOnly: await findBaseImages(log) };
  log('Building the image');
  try {
    buildah(
      store,
      'build',
      ...['--isolation', 'chroot', '--network', 'host', '--timestamp', '0', '--pull=never'],
      // Where a proxy with its own authority stands between here and the registry of packages.
      ...['--volume', `${CERTIFICATES}:/etc/ssl/certs/ca-certificates.crt:ro`],
      ...['--build-arg', `BUILD_IMAGE=${BUILD_IMAGE}`, '--build-arg', `BASE_IMAGE=${BASE_IMAGE}`],
      ...['--build-arg', `VERSION=${packageJson.version}`, '--build-arg', `REVISION=${revision()}`],
      ...['--tag', 'localhost/pam-operator', ROOT],
    );
    buildah(store, 'push', 'localhost/pam-operator', `oci:${layout}:latest`);
  } finally {
    rmSync(store.folder, { recursive: true, force: true });
  }
  return { layout, ...measure(layout) };
}

/** The commit that the image is built from; files that are not committed do not show in it. */
export function revision(): string {
  return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
}

function measure(layout: string): Pick<BuiltImage, 'digest' | 'compressedBytes'> {
  const read = (path: string) => JSON.parse(readFileSync(join(layout, path), 'utf8'));
  const { digest } = read('index.json').manifests[0] as { digest: string };
  const { layers } = read(`blobs/${digest.replace(':', '/')}`) as { layers: { size: number }[] };
  return { digest, compressedBytes: layers.reduce((sum, { size }) => sum + size, 0) };
}
