import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from './image/build-image.ts';

/**
 * Builds the image with buildah and tells its digest and size. An OCI layout stays in the folder that is given.
 *
 *     npm run image -- dist/image
 */
const [folder] = process.argv.slice(2);
const work = folder ?? mkdtempSync(join(tmpdir(), 'pam-operator-image-'));
try {
  const { digest, compressedBytes, layout } = buildImage(work, 'image', (line) => console.error(line));
  console.log(`${digest}  ${(compressedBytes / 1e6).toFixed(1)} MB compressed`);
  if (folder !== undefined) console.log(layout);
} finally {
  if (folder === undefined) rmSync(work, { recursive: true, force: true });
}
