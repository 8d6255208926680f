import { defineConfig } from 'vitest/config';

/**
 * What needs more programs than `npm test`: Helm, a scheduler, a Node, and where root is there Debian packages. The
 * project `image` builds a container image besides, and needs root.
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
          exclude: ['test/packaging/image.test.ts'],
        },
      },
      { extends: true, test: { name: 'image', include: ['test/packaging/image.test.ts'] } },
    ],
  },
});
