import type { Settings } from './settings.ts';

/** What no single option can see: settings that contradict each other. Undefined: none do. */
export function findConflict(settings: Settings): string | undefined {
  return CHECKS.map((check) => check(settings)).find((problem) => problem !== undefined);
}

/** client-go refuses the same: its renewal waits up to 1.2 retry periods (jitter) between two tries. */
const RENEW_PER_RETRY = 1.2;

const CHECKS: readonly ((settings: Settings) => string | undefined)[] = [
  ({ leaseDurationSeconds: lease, renewDeadlineSeconds: renew }) =>
    lease > renew
      ? undefined
      : `--lease-duration-seconds (${lease}) must be greater than --renew-deadline-seconds (${renew}); raise the first or lower the second.`,
  ({ renewDeadlineSeconds: renew, retryPeriodSeconds: retry }) =>
    renew > RENEW_PER_RETRY * retry
      ? undefined
      : `--renew-deadline-seconds (${renew}) must be greater than ${RENEW_PER_RETRY} times --retry-period-seconds (${retry}); raise the first or lower the second.`,
  ({ backoffBaseSeconds: base, backoffMaxSeconds: maximum }) =>
    base <= maximum
      ? undefined
      : `--backoff-base-seconds (${base}) must not be greater than --backoff-max-seconds (${maximum}); lower the first or raise the second.`,
  ({ kubeClientQps: qps, kubeClientBurst: burst }) =>
    qps > 0 === burst > 0
      ? undefined
      : `--kube-client-qps (${qps}) and --kube-client-burst (${burst}) must both be 0 (unlimited) or both be set; set the one that is 0.`,
  ({ metricsBindAddress: metrics, healthProbeBindAddress: health }) =>
    metrics === 'off' || health === 'off' || metrics.port === 0 || metrics.port !== health.port
      ? undefined
      : metrics.host === health.host || metrics.host === undefined || health.host === undefined
        ? `--metrics-bind-address and --health-probe-bind-address both want port ${metrics.port}; give them different ports.`
        : undefined,
];
