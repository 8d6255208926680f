import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../src/config/options.ts';
import type { Settings } from '../src/config/settings.ts';
import { effectiveSettings, readSettings } from '../src/config.ts';
import { type Given, readGiven, SERVICE_ACCOUNT, settingsOf } from './support/given-settings.ts';

describe('defaults', () => {
  it('are those of the design and of kubebuilder', () => {
    expect(settingsOf({})).toEqual({
      metricsBindAddress: { port: 8080 },
      healthProbeBindAddress: { port: 8081 },
      logLevel: 'info',
      drainSeconds: 25,
      kubeconfig: '',
      namespace: 'default',
      podName: '',
      watchNamespaces: [],
      kubeClientQps: 0,
      kubeClientBurst: 0,
      secretsWatch: true,
      secretsPollIntervalSeconds: 300,
      relistIntervalSeconds: 1800,
      streamingLists: true,
      cacheSyncTimeoutSeconds: 120,
      watchStaleSeconds: 600,
      leaderElect: true,
      leaderElectionId: 'pam-operator',
      leaseDurationSeconds: 15,
      renewDeadlineSeconds: 10,
      retryPeriodSeconds: 2,
      maxConcurrentReconciles: 10,
      backoffBaseSeconds: 1,
      backoffMaxSeconds: 300,
      disableRetryMaxSeconds: 60,
      stalledRetrySeconds: 3600,
      deviceRetrySeconds: 600,
      accessRetrySeconds: 3600,
      progressDeadlineSeconds: 600,
      baselineDelaySeconds: 30,
      probeIntervalSeconds: 30,
      gateProbeIntervalSeconds: 300,
      maxInventoryMebibytes: 32,
    });
  });
});

describe('the table of options', () => {
  const rows = Object.entries(OPTIONS).map(([name, option]) => ({ name, ...option }));

  it.each(rows)('$name has a default that it accepts itself', ({ read, defaultText }) => {
    expect(read(defaultText)).toBeDefined();
  });

  it.each(rows)(
    '$name does not collide with what Kubernetes sets for a Service called pam-operator',
    ({ env }) => {
      expect(env).not.toMatch(/_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_.*)?)$/);
    },
  );

  it.each(['flag', 'env', 'key'] as const)('has each %s once', (column) => {
    const values = rows.map((row) => row[column]);
    expect(new Set(values).size).toBe(values.length);
  });

  it('has no key that is also the beginning of another', () => {
    const keys = rows.map(({ key }) => key);
    expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`)))).toEqual([]);
  });

  it('tells everything in --help', () => {
    const result = readGiven({ argv: ['--help'] });
    const help = 'help' in result ? result.help : '';
    for (const { flag, env, key } of rows) {
      expect(help).toContain(`--${flag} (${env})`);
      expect(help.replaceAll(/\s+/g, ' ')).toContain(`Key in the file: ${key}.`);
    }
    expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

describe('a setting that is read', () => {
  const rows: (Given & { because: string; want: Partial<Settings> })[] = [
    {
      because: 'a flag goes before the environment and the file',
      argv: ['--log-level=debug'],
      env: { PAM_OPERATOR_LOG_LEVEL: 'warn' },
      file: 'log: {level: error}',
      want: { logLevel: 'debug' },
    },
    {
      because: 'the environment goes before the file',
      env: { PAM_OPERATOR_LOG_LEVEL: 'warn' },
      file: 'log: {level: error}',
      want: { logLevel: 'warn' },
    },
    { because: 'the file goes before the default', file: 'log: {level: error}', want: { logLevel: 'error' } },
    {
      because: 'PAM_OPERATOR_CONFIG names the file too',
      env: { PAM_OPERATOR_CONFIG: '/other.yaml' },
      files: { '/other.yaml': 'drainSeconds: 7' },
      want: { drainSeconds: 7 },
    },
    {
      because: '--config goes before PAM_OPERATOR_CONFIG',
      env: { PAM_OPERATOR_CONFIG: '/missing.yaml' },
      file: 'drainSeconds: 7',
      want: { drainSeconds: 7 },
    },
    {
      because: 'an empty environment variable is not set',
      env: { PAM_OPERATOR_DRAIN_SECONDS: '', PAM_OPERATOR_CONFIG: '' },
      want: { drainSeconds: 25 },
    },
    {
      because: 'an empty WATCH_NAMESPACE does not widen what the file narrows',
      env: { WATCH_NAMESPACE: '' },
      file: 'watchNamespaces: [team-a]',
      want: { watchNamespaces: ['team-a'] },
    },
    {
      because: 'an empty flag is an answer: all namespaces',
      argv: ['--watch-namespaces='],
      env: { WATCH_NAMESPACE: 'team-a' },
      want: { watchNamespaces: [] },
    },
    {
      because: 'a comma list may hold white space and repetitions',
      env: { WATCH_NAMESPACE: 'team-a, team-b,team-a' },
      want: { watchNamespaces: ['team-a', 'team-b'] },
    },
    {
      because: 'a flag may have its value in the next argument',
      argv: ['--max-concurrent-reconciles', '3'],
      want: { maxConcurrentReconciles: 3 },
    },
    { because: 'a switch alone says true', argv: ['--leader-elect'], want: { leaderElect: true } },
    { because: 'a switch can be off', argv: ['--secrets-watch=false'], want: { secretsWatch: false } },
    {
      because: 'a switch does not take the next argument',
      argv: ['--secrets-watch', '--drain-seconds=3'],
      want: { secretsWatch: true, drainSeconds: 3 },
    },
    {
      because: 'the last of a repeated flag counts',
      argv: ['--drain-seconds=3', '--drain-seconds=4'],
      want: { drainSeconds: 4 },
    },
    {
      because: '0 switches a server off, also as a number in YAML',
      argv: ['--health-probe-bind-address=0'],
      file: 'metrics: {bindAddress: 0}',
      want: { metricsBindAddress: 'off', healthProbeBindAddress: 'off' },
    },
    {
      because: 'the namespace comes from the Pod',
      env: { POD_NAMESPACE: 'pam', POD_NAME: 'pam-operator-5d9c-x2' },
      files: { [SERVICE_ACCOUNT]: 'other' },
      want: { namespace: 'pam', podName: 'pam-operator-5d9c-x2' },
    },
    {
      because: "without a variable the namespace is the service account's",
      files: { [SERVICE_ACCOUNT]: 'pam\n' },
      want: { namespace: 'pam' },
    },
    { because: 'an empty file sets nothing', file: '', want: { drainSeconds: 25 } },
    { because: 'a file of comments sets nothing', file: '# later\n', want: { drainSeconds: 25 } },
    {
      because: 'an empty value in the file is not set',
      file: 'drainSeconds:\nlog:\n  level: debug\n',
      want: { drainSeconds: 25, logLevel: 'debug' },
    },
    {
      because: 'both limits of the client can be set',
      argv: ['--kube-client-qps=20', '--kube-client-burst=40'],
      want: { kubeClientQps: 20, kubeClientBurst: 40 },
    },
    {
      because: 'renew 13 is more than 1.2 times 10',
      argv: ['--lease-duration-seconds=15', '--renew-deadline-seconds=13', '--retry-period-seconds=10'],
      want: { renewDeadlineSeconds: 13 },
    },
    {
      because: 'one port on two addresses of the machine is no conflict',
      argv: ['--metrics-bind-address=10.0.0.1:9000', '--health-probe-bind-address=127.0.0.1:9000'],
      want: { metricsBindAddress: { host: '10.0.0.1', port: 9000 } },
    },
  ];
  it.each(rows)('$because', ({ want, ...given }) => {
    expect(settingsOf(given)).toMatchObject(want);
  });
});

describe('what ends the program before it starts', () => {
  const rows = [
    { because: '--help goes before a mistake', argv: ['--colour', '--help'], key: 'help' },
    { because: '-h is --help', argv: ['-h'], key: 'help' },
    { because: '--version asks for the version', argv: ['--version'], key: 'version' },
    { because: '--help goes before --version', argv: ['--version', '--help'], key: 'help' },
  ];
  it.each(rows)('$because', ({ argv, key }) => {
    expect(Object.keys(readGiven({ argv }))).toEqual([key]);
  });
});

describe('the effective settings', () => {
  it('read back as a file give the same settings', () => {
    const settings = settingsOf({
      argv: ['--metrics-bind-address=[::1]:0', '--watch-namespaces=a,b', '--secrets-watch=false'],
    });
    const asFlags = Object.entries(effectiveSettings(settings)).map(([key, value]) => {
      const option = Object.values(OPTIONS).find((candidate) => candidate.key === key);
      return `--${option?.flag}=${value}`;
    });
    expect(settingsOf({ argv: asFlags })).toEqual(settings);
  });

  it('tell only what is in the table of options', () => {
    const settings = { ...settingsOf({}), token: 'canary-8' };
    expect(JSON.stringify(effectiveSettings(settings))).not.toContain('canary-8');
  });
});

describe('any input', () => {
  const flags = Object.values(OPTIONS).map(({ flag }) => `--${flag}`);
  const variables = Object.values(OPTIONS).map(({ env }) => env);
  const keys = Object.values(OPTIONS).map(({ key }) => key);
  const argument = fc.oneof(
    fc.string(),
    fc.constantFrom(...flags, '--config', '--config=/x', '--__proto__=1', '--constructor'),
    fc
      .tuple(fc.constantFrom(...flags), fc.oneof(fc.string(), fc.nat().map(String)))
      .map((parts) => parts.join('=')),
  );

  it('gives exactly one answer and does not throw', () => {
    fc.assert(
      fc.property(
        fc.array(argument),
        fc.dictionary(fc.constantFrom(...variables, 'PAM_OPERATOR_CONFIG'), fc.string()),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (argv, env, text) => {
          const result = readSettings({ argv, env, readFile: () => text });
          expect(Object.keys(result)).toHaveLength(1);
          if ('problem' in result) expect(result.problem).toMatch(/^[^\n]{10,}\.$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
