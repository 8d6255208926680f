import { debianPrograms } from '../debian-programs.ts';

/** What an image is built and run with, from Debian packages; the last one has the seccomp profile. */
const PROGRAMS = ['buildah', 'runc', 'umoci', 'strip'];
const PACKAGES = ['buildah', 'runc', 'umoci', 'binutils', 'golang-github-containers-common'];

/**
 * Makes sure that an image can be built and run here.
 * @param uid who asks
 * @throws Error of one sentence that says what is missing
 */
export function findImagePrograms(uid = process.getuid?.()): void {
  debianPrograms(PROGRAMS, PACKAGES, uid);
  if (uid !== 0)
    throw new Error('The tests of the image need root, since runc starts containers for root only.');
}
