import { availableParallelism } from 'node:os';
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
          // First, alone: who broke a rule of the core need not wait for the clusters.
          sequence: { groupOrder: 0 },
          include: [
            'test/{api,core,controller,data-loss,pam,ssh,observability,support,scripts}/**/*.test.ts',
            'test/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'seeded-bugs',
          // Each runs a part of the unit tests on a copy of the sources.
          sequence: { groupOrder: 1 },
          include: ['test/seeded-bugs/**/*.test.ts'],
          testTimeout: 180_000,
          maxConcurrency: 2,
        },
      },
      {
        test: {
          name: 'cluster',
          sequence: { groupOrder: 2 },
          include: ['test/{admission,control-plane,crds,kube,e2e,faults}/**/*.test.ts'],
          globalSetup: ['test/control-plane/vitest-global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Most of these wait more than they compute.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          // Each row of a concurrent table has a control plane of its own: three at a time fit two cores.
          maxConcurrency: 3,
        },
      },
    ],
  },
});
