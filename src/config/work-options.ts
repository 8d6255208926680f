import { integerOption, type Option } from './option.ts';
import type { Settings } from './settings.ts';

const DAY = 86_400;
const reconcile = { section: 'Reconciling' };
const pam = { section: 'PAM Core' };
const seconds = { unit: 'seconds' };

/** Rows of the table of options about reconciling and PAM Core. */
export const WORK_OPTIONS = {
  maxConcurrentReconciles: integerOption({
    ...reconcile,
    unit: 'workers per kind',
    flag: 'max-concurrent-reconciles',
    key: 'maxConcurrentReconciles',
    default: 10,
    minimum: 1,
    maximum: 100,
    description:
      'Reconciles at the same time, and as many more for disables alone; those that wait for a list of PAM Core do not count. Calls to PAM Core are limited per PamConnection besides.',
  }),
  backoffBaseSeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'backoff-base-seconds',
    key: 'backoff.baseSeconds',
    default: 1,
    minimum: 1,
    maximum: 60,
    description: 'First wait after a transient fault; it doubles each time, with full jitter.',
  }),
  backoffMaxSeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'backoff-max-seconds',
    key: 'backoff.maxSeconds',
    default: 300,
    minimum: 1,
    maximum: 3600,
    description: 'Longest wait after a transient fault.',
  }),
  disableRetryMaxSeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'disable-retry-max-seconds',
    key: 'backoff.disableMaxSeconds',
    default: 60,
    minimum: 1,
    maximum: 3600,
    description: 'Longest wait before a refused disable is tried again.',
  }),
  stalledRetrySeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'stalled-retry-seconds',
    key: 'retry.stalledSeconds',
    default: 3600,
    minimum: 1,
    maximum: DAY,
    description: 'A stalled resource is looked at again after this time, besides on every change.',
  }),
  deviceRetrySeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'device-retry-seconds',
    key: 'retry.deviceSeconds',
    default: 600,
    minimum: 1,
    maximum: DAY,
    description: 'Time to the next try while PAM Core does not know the device or record.',
  }),
  accessRetrySeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'access-retry-seconds',
    key: 'retry.accessSeconds',
    default: 3600,
    minimum: 1,
    maximum: DAY,
    description: 'Time to the next try while the authorization in PAM Core does not cover the record.',
  }),
  progressDeadlineSeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'progress-deadline-seconds',
    key: 'progressDeadlineSeconds',
    default: 600,
    minimum: 1,
    maximum: DAY,
    description: 'A resource that waits for somebody longer than this is Stalled instead of Reconciling.',
  }),
  baselineDelaySeconds: integerOption({
    ...reconcile,
    ...seconds,
    flag: 'baseline-delay-seconds',
    key: 'baselineDelaySeconds',
    default: 30,
    minimum: 1,
    maximum: 60,
    description:
      'Time after an own write until the list is looked at for the time stamp that later changes by others are told by; one list serves all writes meanwhile.',
  }),

  probeIntervalSeconds: integerOption({
    ...pam,
    ...seconds,
    flag: 'probe-interval-seconds',
    key: 'probe.intervalSeconds',
    default: 30,
    minimum: 1,
    maximum: 3600,
    description: 'While PAM Core does not answer, one call finds out this often whether it is back.',
  }),
  gateProbeIntervalSeconds: integerOption({
    ...pam,
    ...seconds,
    flag: 'gate-probe-interval-seconds',
    key: 'probe.gateIntervalSeconds',
    default: 300,
    minimum: 1,
    maximum: DAY,
    description:
      'The same while PAM Core refuses the whole connection (credentials, permission, path, TLS). A change of the PamConnection, its Secret or CA is tried at once.',
  }),
  maxInventoryMebibytes: integerOption({
    ...pam,
    unit: 'MiB',
    flag: 'max-inventory-mebibytes',
    key: 'maxInventoryMebibytes',
    default: 32,
    minimum: 1,
    maximum: 512,
    description: 'Largest list of records that is read from PAM Core (about 0.45 KiB per record).',
  }),
} satisfies { readonly [K in keyof Settings]?: Option<Settings[K]> };
