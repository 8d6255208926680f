import { defineConfig } from 'vitest/config';

/** What needs more programs than `npm test`: Helm, a scheduler, a Node, and where root is there Debian packages. */
export default defineConfig({
  test: {
    include: ['test/packaging/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
});
