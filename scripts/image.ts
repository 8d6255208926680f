import { rmSync } from 'node:fs';
import { buildImage } from './image/build-image.ts';

/**
 * Builds the image with buildah into an OCI layout, and tells its digest and size.
 *
 *     npm run image -- dist/image
 */
const [layout = 'dist/image'] = process.argv.slice(2);
rmSync(layout, { recursive: true, force: true });
const { digest, compressedBytes } = await buildImage(layout, (line) => console.error(line));
console.log(`${layout}  ${digest}  ${(compressedBytes / 1e6).toFixed(1)} MB compressed`);
