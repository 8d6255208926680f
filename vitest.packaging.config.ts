import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What covers the product from the first Secret to the last disable. */
const IN_EACH_RUN = ['main-path', 'content-safety', 'ownership', 'deletion', 'ssh-key-safety'];

/** Every file but those that load something into the operator's process, or start another program than the operator. */
const WHOLE_SUITE = [
  ...IN_EACH_RUN,
  'api-server-outage',
  'circuit',
  'connection',
  'crash-during-push',
  'dialects',
  'emergency-lane',
  'forgery',
  'grants',
  'install-key',
  'metrics',
  'no-secret-anywhere',
  'program-signals',
  'rotated-elsewhere',
  'rotation-matrix',
  'secret-settings',
  'teardown',
  'unanswered-push',
];
const IN_THE_IMAGE = process.env.PAM_OPERATOR_IMAGE_SUITE === 'whole' ? WHOLE_SUITE : IN_EACH_RUN;

/**
 * What needs more programs than `npm test`: Helm, a scheduler, a Node, Prometheus, Argo CD. The project `image` builds
 * the container image, and runs end-to-end tests against it.
 */
export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // They wait for clusters more than they compute.
    maxWorkers: availableParallelism() + 1,
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
