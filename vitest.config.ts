import { defineConfig } from 'vitest/config';

/**
 * Two projects. `unit` needs nothing but Node (loopback servers at most) and stays under a minute.
 * `cluster` runs against the real etcd and kube-apiserver of test/control-plane, started once per run.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/{api,core,controller,pam,ssh,observability,support,scripts}/**/*.test.ts',
            'test/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/{control-plane,crds,kube,e2e,faults}/**/*.test.ts'],
          globalSetup: ['test/control-plane/vitest-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
