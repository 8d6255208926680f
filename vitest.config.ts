import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Tests with a cluster wait more than they compute, so one more of them runs than there are cores. */
const WAITING_WORKERS = availableParallelism() + 1;

/**
 * Two projects. `unit` needs nothing but Node (loopback servers at most) and stays under a minute.
 * `cluster` runs against the real etcd and kube-apiserver of test/control-plane, started once per run.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          // What a file leaves behind it removes, so the next one need not load everything anew.
          isolate: false,
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
          // Each runs a part of the unit tests on a copy of the sources: they compute while the others wait.
          sequence: { groupOrder: 1 },
          include: ['test/seeded-bugs/**/*.test.ts'],
          testTimeout: 300_000,
          maxWorkers: WAITING_WORKERS,
          maxConcurrency: 2,
        },
      },
      {
        test: {
          name: 'cluster',
          isolate: false,
          sequence: { groupOrder: 1 },
          include: ['test/{admission,control-plane,crds,kube,e2e,faults}/**/*.test.ts'],
          globalSetup: ['test/control-plane/vitest-global-setup.ts', 'test/support/bundle-operator-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: WAITING_WORKERS,
          // Each row of a concurrent table has a control plane of its own: three at a time fit two cores.
          maxConcurrency: 3,
        },
      },
    ],
  },
});
