import { describe, expect, it } from 'vitest';
import { type Command, readCommand } from '../src/config/command.ts';

const release = (more: Partial<Command & { name: 'release-finalizers' }> = {}) => ({
  name: 'release-finalizers',
  argv: [],
  dryRun: false,
  force: false,
  ...more,
});

describe('the command', () => {
  const rows: { because: string; argv: string[]; want: object }[] = [
    { because: 'without arguments the operator runs', argv: [], want: { name: 'run', argv: [] } },
    {
      because: 'flags alone are those of the operator',
      argv: ['--log-level', 'debug'],
      want: { name: 'run', argv: ['--log-level', 'debug'] },
    },
    { because: 'a command is its name', argv: ['release-finalizers'], want: release() },
    {
      because: 'the flags of the operator are passed on, in their order',
      argv: ['release-finalizers', '--namespace', 'ops', '--dry-run', '--kubeconfig=k'],
      want: release({ argv: ['--namespace', 'ops', '--kubeconfig=k'], dryRun: true }),
    },
    { because: 'a switch', argv: ['release-finalizers', '--force'], want: release({ force: true }) },
    {
      because: 'a switch with a value, as templates write it',
      argv: ['release-finalizers', '--force=false', '--dry-run=true'],
      want: release({ dryRun: true }),
    },
    {
      because: 'an uninstall stops the operator first',
      argv: ['release-finalizers', '--stop-deployment=pam-operator'],
      want: release({ stopDeployment: 'pam-operator' }),
    },
    {
      because: 'help explains commands too',
      argv: ['release-finalizers', '--help'],
      want: { name: 'run', argv: ['release-finalizers', '--help'] },
    },
    {
      because: 'whoever asks for help gets no complaint',
      argv: ['delete', '-h'],
      want: { name: 'run', argv: ['delete', '-h'] },
    },
  ];
  it.each(rows)('$because', ({ argv, want }) => {
    expect(readCommand(argv)).toEqual(want);
  });
});

describe('one sentence, without the argument', () => {
  const rows: { because: string; argv: string[]; problem: RegExp }[] = [
    {
      because: 'there is no such command',
      argv: ['s3cret'],
      problem:
        /^The first argument is no command; the only one is release-finalizers, and --help explains it\.$/,
    },
    {
      because: 'a command in other letters is none',
      argv: ['Release-Finalizers'],
      problem: /no command/,
    },
    {
      because: 'a switch with another value could mean anything',
      argv: ['release-finalizers', '--force=s3cret'],
      problem: /^--force has an unknown value; give true or false\.$/,
    },
    {
      because: 'a Deployment without a name would be all of them in a path',
      argv: ['release-finalizers', '--stop-deployment='],
      problem: /^--stop-deployment names no Deployment; give --stop-deployment=<name>\.$/,
    },
    {
      because: 'the name stands behind the equals sign',
      argv: ['release-finalizers', '--stop-deployment', 's3cret'],
      problem: /^--stop-deployment names no Deployment/,
    },
    {
      because: 'no path is a name',
      argv: ['release-finalizers', '--stop-deployment=../s3cret'],
      problem: /^--stop-deployment names no Deployment/,
    },
  ];
  it.each(rows)('$because', ({ argv, problem }) => {
    const read = readCommand(argv);
    expect(read).toEqual({ problem: expect.stringMatching(problem) });
    expect(JSON.stringify(read)).not.toContain('s3cret');
  });
});
