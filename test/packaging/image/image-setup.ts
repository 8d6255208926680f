import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type BuiltImage, buildImage } from '../../../scripts/image/build-image.ts';
import { findPackagingTools } from '../packaging-tools.ts';
import { findImagePrograms } from './image-programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    image: BuiltImage;
    /** Folder with the image as `umoci unpack` leaves it: `config.json` and `rootfs`. */
    unpackedImage: string;
    /** Path of Helm 4. */
    helm: string;
  }
}

/** One image for a whole run of the project `image`. */
export async function setup(project: TestProject): Promise<() => void> {
  findImagePrograms();
  const log = (line: string) => console.error(line);
  const { helm4 } = await findPackagingTools(log);
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-image-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const image = await buildImage(join(folder, 'image'), log);
    const unpacked = join(folder, 'unpacked');
    execFileSync('umoci', ['unpack', '--image', `${image.layout}:latest`, unpacked], { stdio: 'pipe' });
    project.provide('image', image);
    project.provide('unpackedImage', unpacked);
    project.provide('helm', helm4);
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}
