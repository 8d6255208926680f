import { describe, expect, it } from 'vitest';
import { CONFIG, type Given, problemOf, SERVICE_ACCOUNT } from './support/given-settings.ts';

describe('a setting that is refused', () => {
  const rows: (Given & { because: string; problem: string | RegExp })[] = [
    {
      because: 'a flag is not in the table',
      argv: ['--colour=blue'],
      problem: 'The flag --colour is unknown; --help lists the flags.',
    },
    { because: 'a flag ends in odd characters', argv: ['--log-level+x'], problem: /--log-level is unknown/ },
    {
      because: 'an argument is no flag',
      argv: ['-log-level=debug'],
      problem: 'There is an argument that is no flag; write flags as --name=value.',
    },
    {
      because: 'Go gives switches no second argument',
      argv: ['--secrets-watch', 'false'],
      problem: /no flag/,
    },
    {
      because: 'the value is missing',
      argv: ['--log-level'],
      problem: '--log-level has no value; write --log-level=value.',
    },
    {
      because: 'the Lease cannot be switched off',
      argv: ['--leader-elect=false'],
      problem: /^--leader-elect is "false"; give true or leave it out: without the Lease two replicas/,
    },
    {
      because: 'true and false are the only spellings',
      argv: ['--secrets-watch=True'],
      problem: '--secrets-watch is "True"; give true or false.',
    },
    {
      because: 'yes is no boolean of YAML 1.2',
      file: 'secrets: {watch: yes}',
      problem: `secrets.watch in ${CONFIG} is "yes"; give true or false.`,
    },
    {
      because: 'ten is no number',
      env: { PAM_OPERATOR_MAX_CONCURRENT_RECONCILES: 'ten' },
      problem: 'PAM_OPERATOR_MAX_CONCURRENT_RECONCILES is "ten"; give a whole number from 1 to 100.',
    },
    ...['0', '101', '-1', '1.5', '1e1', '0x5', ' 5', '5s', '', '99999999999999999999', '٣'].map((text) => ({
      because: `${JSON.stringify(text)} is no number of workers`,
      argv: [`--max-concurrent-reconciles=${text}`],
      problem: `--max-concurrent-reconciles is ${JSON.stringify(text)}; give a whole number from 1 to 100.`,
    })),
    {
      because: 'a duration is a number of seconds',
      argv: ['--drain-seconds=25s'],
      problem: /^--drain-seconds is "25s"/,
    },
    {
      because: 'a level is not known',
      argv: ['--log-level=trace'],
      problem: '--log-level is "trace"; give one of debug, info, warn, error.',
    },
    {
      because: 'an address has no port',
      argv: ['--metrics-bind-address=127.0.0.1'],
      problem:
        '--metrics-bind-address is "127.0.0.1"; give an address such as :8080 or 127.0.0.1:8080, or 0 for off.',
    },
    {
      because: 'a namespace in the list is none',
      env: { WATCH_NAMESPACE: 'team-a,Team_B' },
      problem: /^WATCH_NAMESPACE is "team-a,Team_B"; give names of namespaces/,
    },
    {
      because: 'an empty item may be a lost name',
      argv: ['--watch-namespaces=team-a,,team-b'],
      problem: /^--watch-namespaces/,
    },
    {
      because: 'the own namespace is none',
      env: { POD_NAMESPACE: '../kube-system' },
      problem: /^POD_NAMESPACE/,
    },
    {
      because: 'the service account names no namespace',
      files: { [SERVICE_ACCOUNT]: 'a b' },
      problem: /^\/var\/run\/secrets\/kubernetes.io\/serviceaccount\/namespace is "a b"/,
    },
    {
      because: 'a long value is not repeated in full',
      argv: [`--log-level=${'x'.repeat(5000)}`],
      problem: `--log-level is "${'x'.repeat(60)}…"; give one of debug, info, warn, error.`,
    },
    {
      because: 'the lease ends before the leader gives up',
      argv: ['--renew-deadline-seconds=15'],
      problem:
        '--lease-duration-seconds (15) must be greater than --renew-deadline-seconds (15); raise the first or lower the second.',
    },
    {
      because: 'renew 12 is not more than 1.2 times 10',
      argv: ['--renew-deadline-seconds=12', '--retry-period-seconds=10'],
      problem:
        /^--renew-deadline-seconds \(12\) must be greater than 1.2 times --retry-period-seconds \(10\)/,
    },
    {
      because: 'the first wait is longer than the longest',
      argv: ['--backoff-base-seconds=20', '--backoff-max-seconds=10'],
      problem: /^--backoff-base-seconds \(20\) must not be greater than --backoff-max-seconds \(10\)/,
    },
    {
      because: 'a rate without a burst lets nothing through',
      argv: ['--kube-client-qps=5'],
      problem: /^--kube-client-qps \(5\) and --kube-client-burst \(0\)/,
    },
    {
      because: 'a burst without a rate limits nothing',
      argv: ['--kube-client-burst=5'],
      problem: /must both be 0/,
    },
    {
      because: 'two servers want one port',
      argv: ['--metrics-bind-address=127.0.0.1:8081'],
      problem: /both want port 8081/,
    },
    {
      because: 'the file does not exist',
      argv: ['--config=/missing.yaml'],
      problem: 'The configuration file "/missing.yaml" cannot be read; correct --config or its permissions.',
    },
    {
      because: 'the file is no YAML',
      file: 'log: [',
      problem: `The configuration file "${CONFIG}" is no valid YAML.`,
    },
    {
      because: 'a key stands twice',
      file: 'drainSeconds: 1\ndrainSeconds: 2',
      problem: /is no valid YAML/,
    },
    { because: 'the file is a list', file: '- a', problem: /holds no mapping of settings\.$/ },
    { because: 'the file is a text', file: 'hello', problem: /holds no mapping of settings\.$/ },
    {
      because: 'a key is unknown',
      file: 'log: {colour: blue}',
      problem: `The configuration file "${CONFIG}" has the unknown key "log.colour"; docs/reference/settings.md lists the keys.`,
    },
    {
      because: '__proto__ is a key like any other',
      file: '__proto__: {watch: false}',
      problem: /"__proto__"/,
    },
    { because: 'constructor is no setting', file: 'constructor: 1', problem: /"constructor"/ },
    {
      because: 'a value is nested where it should not be',
      file: 'drainSeconds: {a: 1}',
      problem: /has a nested value at drainSeconds; give a single value\.$/,
    },
    { because: 'a list holds a mapping', file: 'watchNamespaces: [{a: b}]', problem: /nested value/ },
    { because: 'a group has a single value', file: 'log: debug', problem: /unknown key "log"/ },
    {
      because: 'the file is larger than 256 KiB',
      file: `# ${'x'.repeat(256 * 1024)}`,
      problem: /is larger than 256 KiB\.$/,
    },
    {
      because: 'aliases grow without end',
      file: `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghij'
        .split('')
        .map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(9)}]`)
        .join('\n')}`,
      problem: /is no valid YAML/,
    },
  ];
  it.each(rows)('$because', ({ problem, ...given }) => {
    if (typeof problem === 'string') expect(problemOf(given)).toBe(problem);
    else expect(problemOf(given)).toMatch(problem);
  });

  it('does not repeat what may be a secret in the wrong place', () => {
    for (const argv of [
      ['--password=canary-7'],
      ['canary-7'],
      ['--secrets-watch', 'canary-7'],
      ['-pcanary-7'],
    ]) {
      expect(problemOf({ argv })).not.toContain('canary-7');
    }
    expect(problemOf({ file: 'password: canary-7\nlog: [' })).not.toContain('canary-7');
    expect(problemOf({ file: 'password: canary-7' })).not.toContain('canary-7');
  });
});
