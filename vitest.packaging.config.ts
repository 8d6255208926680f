import { defineConfig } from 'vitest/config';

/** What covers the product from the first Secret to the last disable. The others run against the sources alone. */
const IN_THE_IMAGE = ['main-path', 'content-safety', 'ownership', 'deletion', 'ssh-key-safety', 'grants'];

/**
 * What needs more programs than `npm test`: Helm, a scheduler, a Node, Prometheus, Argo CD. The project `image` builds
 * the container image, and runs end-to-end tests against it.
 */
export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'packaging',
          include: ['test/packaging/**/*.test.ts'],
          exclude: ['test/packaging/image/**'],
          globalSetup: ['test/support/bundle-operator-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'image',
          include: ['test/packaging/image/*.test.ts', `test/e2e/{${IN_THE_IMAGE.join(',')}}.test.ts`],
          globalSetup: ['test/packaging/image/image-setup.ts'],
          setupFiles: ['test/packaging/image/tests-use-the-image.ts'],
        },
      },
    ],
  },
});
