import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aKeyPair } from '../support/a-key-pair.ts';
import { type KubeProxy, startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { type Program, type ProgramEnd, startProgram } from '../support/program.ts';
import { accountKubeconfig } from './service-account.ts';
import {
  credential,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  type Stage,
  secret,
  sshKey,
  startStage,
} from './stage.ts';

const OURS = 'pam-operator.io/finalizer';
const IN_USE = 'pam-operator.io/in-use';
const THEIRS = 'example.com/theirs';

/**
 * The operator is removed for good. The rows build on one another: it runs, is stopped, is killed, and at last the
 * definitions go.
 */
let stage: Stage;
let proxy: KubeProxy;
let folder: string | undefined;
let proxied: string;
const running: Program[] = [];

beforeAll(async () => {
  const lease = ['--lease-duration-seconds', '8', '--renew-deadline-seconds', '5'];
  stage = await startStage({ args: lease, connection: { timeouts: { requestSeconds: 3 } } });
  proxy = await startKubeProxy(stage.controlPlane.kubeconfigPath);
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-release-'));
  proxied = join(folder, 'kubeconfig');
  writeFileSync(proxied, proxy.kubeconfig);
});
afterEach(() => {
  proxy.clear();
  for (const program of running.splice(0)) program.kill('SIGKILL');
});
afterAll(async () => {
  await proxy?.stop();
  await stage?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function start(args: readonly string[], kubeconfig = stage.controlPlane.kubeconfigPath): Program {
  const flags = ['--kubeconfig', kubeconfig, '--namespace', OPERATOR_NAMESPACE];
  const program = startProgram(['release-finalizers', ...flags, ...args]);
  running.push(program);
  return program;
}

function release(args: readonly string[] = [], kubeconfig?: string): Promise<ProgramEnd> {
  return start(args, kubeconfig).ended;
}

/** A resource with finalizers that nobody reconciles. */
function holding(name: string, finalizers: readonly string[], namespace = NAMESPACE): object {
  const object = credential(name) as { metadata: object };
  return { ...object, metadata: { ...object.metadata, namespace, finalizers } };
}

/** Nothing but its replicas counts here: no controller runs. */
function deployment(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: OPERATOR_NAMESPACE },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'operator', image: 'pam-operator' }] } },
    },
  };
}

async function finalizers(kind: string, name: string, namespace = NAMESPACE): Promise<string[] | 'gone'> {
  const list = JSON.parse(await stage.kubectl('get', kind, '-n', namespace, '-o', 'json'));
  const found = list.items.find((item: { metadata: { name: string } }) => item.metadata.name === name);
  return found === undefined ? 'gone' : (found.metadata.finalizers ?? []);
}

const remove = (kind: string, name: string) =>
  stage.kubectl('delete', kind, name, '-n', NAMESPACE, '--wait=false');

describe('while the operator runs', () => {
  beforeAll(async () => {
    const disable = { enabled: true, deletionPolicy: 'Disable' };
    await stage.apply(
      secret('db', { password: 'p4ss' }),
      secret('ssh', { 'ssh-privatekey': aKeyPair().privateKey }),
      credential('db', disable),
      sshKey('ssh', disable),
    );
    await stage.reason('pamcredential', 'db', 'Synced');
    await stage.reason('pamsshkey', 'ssh', 'Synced');
    await stage.eventually(
      () => finalizers('pamconnection', 'default'),
      (now) => now.includes(IN_USE),
      'the connection in use',
    );
  });

  it('refuses in one sentence and changes nothing: the operator would put them on again', async () => {
    const { code, stdout, stderr } = await release();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^pam-operator: The operator \S+ runs \(it holds the Lease pam-operator\/pam-operator\) and would put the finalizers on again; stop it, or add --force\.$/m,
    );
    expect(await finalizers('pamcredential', 'db')).toEqual([OURS]);
  });

  it('says what it would do, whoever runs', async () => {
    const { code, stdout, stderr } = await release(['--dry-run']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Would release 3 finalizers of 3 resources\n' });
    expect(stderr.split('\n').sort()).toEqual([
      '',
      'pam-operator: Would release pamconnection default',
      'pam-operator: Would release pamcredential team-a/db',
      'pam-operator: Would release pamsshkey team-a/ssh',
    ]);
    expect(await finalizers('pamsshkey', 'ssh')).toEqual([OURS]);
  });

  it('goes on with --force, and the operator is free to object', async () => {
    expect(await release(['--force'])).toMatchObject({
      code: 0,
      stdout: 'Released 3 finalizers of 3 resources\n',
    });
    const version = new Date().toISOString();
    const touch = { metadata: { annotations: { touched: version } } };
    await stage.patch('pamcredential', 'db', touch);
    await stage.patch('pamsshkey', 'ssh', touch);
    for (const [kind, name, finalizer] of [
      ['pamcredential', 'db', OURS],
      ['pamsshkey', 'ssh', OURS],
      ['pamconnection', 'default', IN_USE],
    ] as const) {
      await stage.eventually(
        () => finalizers(kind, name),
        (now) => now.includes(finalizer),
        `the finalizer of ${name} again`,
      );
    }
  });
});

describe('when it stops the operator itself, as an uninstall does', () => {
  it('scales the Deployment down, waits for its Lease, and lets go', async () => {
    await stage.apply(deployment('pam-operator'));
    const program = start(['--stop-deployment=pam-operator']);
    await stage.eventually(
      () => program.stderr(),
      (text) => text.includes('Scaled the Deployment pam-operator/pam-operator to no Pod'),
      'the Deployment scaled',
    );
    const scaled = JSON.parse(
      await stage.kubectl('get', 'deployment', 'pam-operator', '-n', OPERATOR_NAMESPACE, '-o', 'json'),
    );
    expect(scaled.spec.replicas).toBe(0);
    // What the Deployment's controller and the kubelet would do.
    await stage.operator().stop();
    expect(await program.ended).toMatchObject({
      code: 0,
      stdout: 'Released 3 finalizers of 3 resources\n',
    });
    expect(await finalizers('pamcredential', 'db')).toEqual([]);
    await stage.restartOperator();
    await stage.eventually(
      () => finalizers('pamcredential', 'db'),
      (now) => now.includes(OURS),
      'the finalizer of a new installation',
    );
  });
});

describe('after the operator was stopped', () => {
  beforeAll(async () => {
    await stage.operator().stop();
    await stage.kubectl('create', 'namespace', 'team-b');
  });

  it('a deletion hangs, and the command lets it go without a call to PAM Core', async () => {
    await remove('pamcredential', 'db');
    await sleep(1000);
    expect(await finalizers('pamcredential', 'db')).toEqual([OURS]);
    const calls = stage.pam.journal.entries.length;
    expect(await release()).toMatchObject({ code: 0, stderr: '' });
    expect(await finalizers('pamcredential', 'db')).toBe('gone');
    expect(await finalizers('pamsshkey', 'ssh')).toEqual([]);
    expect(stage.pam.journal.entries.length).toBe(calls);
    expect(stage.pam.store.credential('test_team-a_db')?.enabled).toBe(true);
  });

  it('there may be nothing to do', async () => {
    expect(await release()).toEqual({
      code: 0,
      signal: null,
      stdout: 'Released 0 finalizers of 0 resources\n',
      stderr: '',
    });
  });

  it('lets go of connections last, and leaves what others set', async () => {
    await stage.patchConnection({ metadata: { finalizers: [IN_USE, THEIRS] } });
    await stage.apply(holding('kept', [THEIRS, OURS]));
    const patched = () => proxy.calls.filter(({ method }) => method === 'PATCH').map(({ path }) => path);
    const before = patched().length;
    const ended = await release([], proxied);
    expect(ended).toMatchObject({ code: 0, stdout: 'Released 2 finalizers of 2 resources\n' });
    // Last: until its resources are free, somebody may still need the connection.
    expect(patched().slice(before)).toEqual([
      expect.stringMatching(/pamcredentials\/kept$/),
      expect.stringMatching(/pamconnections\/default$/),
    ]);
    expect(await finalizers('pamconnection', 'default')).toEqual([THEIRS]);
    expect(await finalizers('pamcredential', 'kept')).toEqual([THEIRS]);
    await stage.patchConnection({ metadata: { finalizers: [] } });
  });

  it('stays in the namespaces it is given', async () => {
    await stage.apply(holding('a', [OURS]), holding('b', [OURS], 'team-b'));
    const { code, stdout } = await release(['--watch-namespaces', 'team-b']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Released 1 finalizer of 1 resource\n' });
    expect(await finalizers('pamcredential', 'a')).toEqual([OURS]);
    expect(await finalizers('pamcredential', 'b', 'team-b')).toEqual([]);
  });

  it('does not overwrite what somebody changed meanwhile', async () => {
    const patch = { method: 'PATCH', path: /pamcredentials\/a$/ };
    proxy.add({ match: patch, times: 1, delayMs: 2000 });
    const releasing = release([], proxied);
    await stage.eventually(
      () => proxy.count(patch),
      (count) => count === 1,
      'the write on its way',
    );
    await stage.patch('pamcredential', 'a', { metadata: { finalizers: [OURS, THEIRS] } });
    expect(await releasing).toMatchObject({ code: 0, stdout: 'Released 1 finalizer of 1 resource\n' });
    expect(proxy.count(patch)).toBe(2);
    expect(await finalizers('pamcredential', 'a')).toEqual([THEIRS]);
  });

  it('tells how it gets on with many, and ends on a signal', async () => {
    const names = Array.from({ length: 420 }, (_, at) => `many-${100 + at}`);
    await stage.apply(...names.map((name) => holding(name, [OURS])));
    proxy.add({ match: { method: 'PATCH', path: /many-519$/ }, hang: true });
    const program = start([], proxied);
    await stage.eventually(
      () => program.stderr(),
      (text) => text.includes('Looked after 419 of 420 resources'),
      'progress after 5 s without news',
    );
    program.kill('SIGINT');
    const { code, stdout, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Released 419 finalizers of 419 resources\n$/);
    expect(stderr.match(/Looked after/g)).toHaveLength(3);
    expect(stderr).toMatch(
      /1 of 420 resources could not be released: pamcredential team-a\/many-519 \(the command was stopped\); /,
    );
    expect(await release()).toMatchObject({ code: 0, stdout: 'Released 1 finalizer of 1 resource\n' });
  });

  it.each([
    {
      because: 'may list and not patch',
      rules: [
        { apiGroups: ['pam-operator.io'], resources: ['*'], verbs: ['get', 'list'] },
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] },
      ],
      says: /^pam-operator: 1 of 1 resource could not be released: pamcredential team-a\/locked \(this user may not patch pamcredentials\); remove the cause and run the command again\.$/m,
      stdout: 'Released 0 finalizers of 0 resources\n',
    },
    {
      because: 'may not list',
      rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] }],
      says: /^pam-operator: Nothing was released: this user may not list pamcredentials\.$/m,
      stdout: '',
    },
    {
      because: 'may not look at the Lease',
      rules: [{ apiGroups: ['pam-operator.io'], resources: ['*'], verbs: ['*'] }],
      says: /^pam-operator: Nothing was released: this user may not get leases; /m,
      stdout: '',
    },
  ])('names what it could not do: who runs it $because', async ({ rules, says, stdout }) => {
    const metadata = { name: 'releaser' };
    const account = { kind: 'ServiceAccount', name: 'releaser', namespace: OPERATOR_NAMESPACE };
    const api = 'rbac.authorization.k8s.io';
    await stage.apply(
      holding('locked', [OURS]),
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, namespace: OPERATOR_NAMESPACE } },
      { apiVersion: `${api}/v1`, kind: 'ClusterRole', metadata, rules },
      {
        apiVersion: `${api}/v1`,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: api, kind: 'ClusterRole', name: 'releaser' },
        subjects: [account],
      },
    );
    const kubeconfig = await accountKubeconfig(stage.controlPlane, OPERATOR_NAMESPACE, 'releaser');
    const ended = await release([], kubeconfig.path);
    kubeconfig.remove();
    expect(ended).toMatchObject({ code: 1, stdout, stderr: expect.stringMatching(says) });
    expect(await finalizers('pamcredential', 'locked')).toEqual([OURS]);
  });

  it('says in one sentence that nobody answers', async () => {
    proxy.add({ match: {}, reset: true });
    expect(await release([], proxied)).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'pam-operator: Nothing was released: the API server cannot be reached.\n',
    });
  });
});

describe('after the operator was killed', () => {
  it('waits until its Lease has ended, since it may only be slow', async () => {
    await stage.restartOperator();
    stage.operator().kill('SIGKILL');
    await stage.operator().exited;
    const { code, stdout, stderr } = await release();
    expect(code).toBe(0);
    // One is there for certain; how many the operator put on before it was killed is not.
    expect(stdout).toMatch(/^Released [1-4] finalizers? of [1-4] resources?\n$/);
    expect(stderr).toMatch(/^pam-operator: The Lease \S+ names \S+; looking for up to 8 s whether it runs$/m);
  });
});

describe('after the definitions were removed', () => {
  it('a removal that hangs on finalizers goes through', async () => {
    await stage.apply(holding('last', [OURS]));
    await stage.patch('pamcredential', 'a', { metadata: { finalizers: [OURS] } });
    await stage.patch('pamcredential', 'kept', { metadata: { finalizers: [] } });
    await stage.kubectl('delete', '-f', 'crds', '--wait=false');
    await sleep(1000);
    expect(await finalizers('pamcredential', 'last')).toEqual([OURS]);
    expect(await release()).toMatchObject({ code: 0, stdout: 'Released 2 finalizers of 2 resources\n' });
    await stage.kubectl('wait', '--for=delete', '-f', 'crds', '--timeout=60s');
  });

  it('nothing is left to do', async () => {
    expect(await release()).toMatchObject({ code: 0, stdout: 'Released 0 finalizers of 0 resources\n' });
  });

  it('another place may be meant: there is no Lease', async () => {
    const args = ['--leader-election-id', 'other'];
    expect(await release(args)).toMatchObject({
      code: 0,
      stderr:
        'pam-operator: No Lease pam-operator/other exists: no operator runs there (--namespace names another place)\n',
    });
  });
});
