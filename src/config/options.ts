import { KUBERNETES_OPTIONS } from './kubernetes-options.ts';
import {
  addressOption,
  alwaysOnOption,
  choiceOption,
  integerOption,
  type Option,
  textOption,
} from './option.ts';
import type { Settings } from './settings.ts';
import { WORK_OPTIONS } from './work-options.ts';

/** RFC 1123 subdomain, the form of a Lease's name. */
const LEASE_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

const process = { section: 'Process' };
const election = { section: 'Leader election' };
const seconds = { unit: 'seconds' };

/**
 * The one table of settings. `src/config.ts` reads by it, `--help` and docs/reference/settings.md are made
 * from it. A key keeps its meaning for good: a setting is added or removed, never reinterpreted.
 */
export const OPTIONS: { readonly [K in keyof Settings]: Option<Settings[K]> } = {
  metricsBindAddress: addressOption({
    ...process,
    flag: 'metrics-bind-address',
    key: 'metrics.bindAddress',
    default: ':8080',
    description: 'Address of /metrics; 0 switches it off.',
  }),
  healthProbeBindAddress: addressOption({
    ...process,
    flag: 'health-probe-bind-address',
    key: 'healthProbe.bindAddress',
    default: ':8081',
    description: 'Address of /healthz, /readyz and /livez; 0 switches them off.',
  }),
  logLevel: choiceOption({
    ...process,
    flag: 'log-level',
    key: 'log.level',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error'],
    description:
      'Least severe level that is logged. SIGUSR2 switches to debug and back. Audit records are always logged.',
  }),
  drainSeconds: integerOption({
    ...process,
    ...seconds,
    flag: 'drain-seconds',
    key: 'drainSeconds',
    default: 25,
    minimum: 0,
    maximum: 600,
    description:
      "How long running reconciles may take to end after SIGTERM. Keep it 5 s below the Pod's terminationGracePeriodSeconds.",
  }),

  ...KUBERNETES_OPTIONS,

  leaderElect: alwaysOnOption({
    ...election,
    flag: 'leader-elect',
    key: 'leaderElection.enabled',
    expected: 'true or leave it out: without the Lease two replicas would write to PAM Core at the same time',
    description:
      'Always on: the Lease guards every write to PAM Core, with one replica too (rolling updates).',
  }),
  leaderElectionId: textOption({
    ...election,
    flag: 'leader-election-id',
    key: 'leaderElection.id',
    default: 'pam-operator',
    expected: 'the name of a Lease',
    pattern: LEASE_NAME,
    description: "Name of the Lease in the operator's namespace.",
  }),
  leaseDurationSeconds: integerOption({
    ...election,
    ...seconds,
    flag: 'lease-duration-seconds',
    key: 'leaderElection.leaseDurationSeconds',
    default: 15,
    // A PamConnection's requestSeconds (at least 1) must fit in with 5 s to spare.
    minimum: 6,
    maximum: 600,
    description:
      'Others take over when the Lease was not renewed for this long. timeouts.requestSeconds of every PamConnection must be at least 5 s less.',
  }),
  renewDeadlineSeconds: integerOption({
    ...election,
    ...seconds,
    flag: 'renew-deadline-seconds',
    key: 'leaderElection.renewDeadlineSeconds',
    default: 10,
    minimum: 2,
    maximum: 599,
    description: 'The leader stands down when it could not renew for this long.',
  }),
  retryPeriodSeconds: integerOption({
    ...election,
    ...seconds,
    flag: 'retry-period-seconds',
    key: 'leaderElection.retryPeriodSeconds',
    default: 2,
    minimum: 1,
    maximum: 120,
    description: 'Time between two tries to get or renew the Lease.',
  }),

  ...WORK_OPTIONS,
};
