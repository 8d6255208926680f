import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { type Program, startProgram } from '../support/program.ts';

/** The program from its start to the point where it serves: what stops it there, and what it says. */
const NO_SERVERS = ['--metrics-bind-address', '0', '--health-probe-bind-address', '0'];
const IMPATIENT = [...NO_SERVERS, '--cache-sync-timeout-seconds', '5'];

let folder: string;
const running: Program[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-program-'));
});
afterEach(() => {
  for (const program of running.splice(0)) program.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], env?: Readonly<Record<string, string>>): Program {
  const program = startProgram(args, env);
  running.push(program);
  return program;
}

/** A kubeconfig for an address where nobody listens. */
function deadKubeconfig(): string {
  const path = join(folder, 'dead');
  writeFileSync(
    path,
    [
      'apiVersion: v1',
      'kind: Config',
      'clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]',
      'users: [{name: u, user: {}}]',
      'contexts: [{name: c, context: {cluster: c, user: u}}]',
      'current-context: c',
    ].join('\n'),
  );
  return path;
}

const errors = (program: Program) => program.log().filter(({ level }) => level === 'error');

describe('one line and exit code 1, before anything starts', () => {
  const rows: { because: string; args: string[]; env?: Record<string, string>; says: RegExp }[] = [
    {
      because: 'an unknown flag',
      args: ['--colour=blue'],
      says: /The flag --colour is unknown; --help lists/,
    },
    {
      because: 'a bad value',
      args: ['--drain-seconds=soon'],
      says: /--drain-seconds is "soon"; give a whole/,
    },
    {
      because: 'a bad value in the environment',
      args: [],
      env: { PAM_OPERATOR_LOG_LEVEL: 'loud' },
      says: /PAM_OPERATOR_LOG_LEVEL is "loud"; give one of/,
    },
    {
      because: 'settings that contradict each other',
      args: ['--lease-duration-seconds=8'],
      says: /--lease-duration-seconds \(8\) must be greater than --renew-deadline-seconds \(10\)/,
    },
    { because: 'a file that is not there', args: ['--config=/nowhere'], says: /"\/nowhere" cannot be read/ },
    {
      because: 'an unknown command',
      args: ['purge'],
      says: /no command; the only one is release-finalizers/,
    },
    {
      because: 'a kubeconfig that is not there',
      args: ['--kubeconfig=/nowhere'],
      says: /The Kubernetes configuration \(\/nowhere\) cannot be used: the file does not exist/,
    },
    {
      because: 'a kubeconfig that is not there, for a command',
      args: ['release-finalizers', '--kubeconfig=/nowhere'],
      says: /The Kubernetes configuration \(\/nowhere\) cannot be used: the file does not exist/,
    },
  ];
  it.each(rows)('$because', async ({ args, env, says }) => {
    const { code, stdout, stderr } = await start(args, env).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^pam-operator: [^\n]+\n$/);
    expect(stderr).toMatch(says);
  });
});

it.each([
  {
    because: 'help lists commands and flags',
    args: ['--help'],
    says: /release-finalizers[\s\S]+--drain-seconds/,
  },
  {
    because: 'help for a command',
    args: ['release-finalizers', '-h'],
    says: /--dry-run \(release-finalizers\)/,
  },
  { because: 'the version', args: ['--version'], says: /^pam-operator \d+\.\d+\.\d+ \(Node [\d.]+\)\n$/ },
])('answers on stdout and ends with 0: $because', async ({ args, says }) => {
  const { code, stdout, stderr } = await start(args).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(says);
});

describe('one error line and exit code 1, when the start cannot work', () => {
  let empty: ControlPlane;
  let taken: Server;
  beforeAll(async () => {
    empty = await startControlPlane();
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    taken?.close();
    await empty?.stop();
  });

  it('the API server does not answer', async () => {
    const program = start(['--kubeconfig', deadKubeconfig(), ...IMPATIENT]);
    expect(await program.ended).toMatchObject({ code: 1, stderr: '' });
    expect(errors(program)).toEqual([
      expect.objectContaining({
        msg: 'Failed to list everything in time',
        limit: 5,
        detail: 'The API server does not answer; check its address in the kubeconfig and the network.',
      }),
    ]);
  });

  it('the definitions are not installed', async () => {
    const program = start(['--kubeconfig', empty.kubeconfigPath, ...IMPATIENT]);
    expect(await program.ended).toMatchObject({ code: 1, stderr: '' });
    expect(errors(program)).toEqual([
      expect.objectContaining({
        msg: 'Failed to list everything in time',
        detail:
          'The API server does not know pamconnections, pamcredentials, pamsshkeys; install the definitions in crds/.',
      }),
    ]);
  });

  it('an address is taken', async () => {
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    const args = ['--metrics-bind-address', address, '--health-probe-bind-address', '0'];
    const program = start(['--kubeconfig', inject('kubeconfigPath'), ...args]);
    expect(await program.ended).toMatchObject({ code: 1, stderr: '' });
    expect(errors(program)).toEqual([
      expect.objectContaining({
        msg: 'Failed to listen',
        detail: expect.stringContaining('--metrics-bind-address'),
      }),
    ]);
  });

  it('and a signal while it waits ends it with 0', async () => {
    const program = start(['--kubeconfig', deadKubeconfig(), ...NO_SERVERS]);
    await expect
      .poll(() => program.log().map(({ msg }) => msg), { timeout: 30_000 })
      .toContain('Failed to list');
    program.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
    expect(errors(program)).toEqual([]);
  });
});
