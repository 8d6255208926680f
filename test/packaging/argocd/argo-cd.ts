import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort } from '../../control-plane/free-port.ts';
import { accountKubeconfig } from '../../e2e/service-account.ts';
import { debianPrograms } from '../debian-programs.ts';
import type { PackagingCluster } from '../packaging-cluster.ts';
import { argoCdSources, DEBIAN_PACKAGES, findArgoCd } from './argo-cd-programs.ts';
import { type ArgoComponent, startArgoComponent } from './argo-component.ts';
import { ARGO_NAMESPACE, installArgoCd } from './install-argo-cd.ts';

/** Of an Application, the parts that the tests read. */
export interface ApplicationView {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status: {
    readonly sync?: { readonly status: string };
    readonly health?: { readonly status: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: { readonly phase: string; readonly message?: string };
    readonly resources?: readonly ResourceView[];
  };
}
interface ResourceView {
  readonly kind: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: { readonly status: string; readonly message?: string };
}

/** Repo-server, application controller and API server of Argo CD as processes, with the rights of their accounts. */
export interface ArgoCd {
  readonly argodiff: string;
  /** The command line; its error holds what it printed. */
  cli(...args: string[]): Promise<string>;
  application(name: string): Promise<ApplicationView>;
  /** One resource of an application, as its page shows it. */
  resource(application: string, kind: string, name: string): Promise<ResourceView | undefined>;
  stop(): Promise<void>;
}

export async function startArgoCd(cluster: PackagingCluster): Promise<ArgoCd> {
  const { argocd, argodiff } = await findArgoCd((line) => console.error(line));
  const { 'redis-server': redisServer } = debianPrograms(DEBIAN_PACKAGES, DEBIAN_PACKAGES);
  const sources = await argoCdSources();
  await installArgoCd(cluster, sources);
  const folder = mkdtempSync(join(tmpdir(), 'pam-operator-argo-cd-'));
  const base = environmentOf(folder, cluster.tools.helm4, sources);
  const accounts = await Promise.all(
    ['argocd-application-controller', 'argocd-server'].map((name) =>
      accountKubeconfig(cluster.controlPlane, ARGO_NAMESPACE, name),
    ),
  );
  const [controllerAccount, serverAccount] = accounts.map(({ path }) => path);
  const [redisPort, repoPort, serverPort] = [
    await findFreePort(),
    await findFreePort(),
    await findFreePort(),
  ];
  const redis = `127.0.0.1:${redisPort}`;
  const shared = ['--redis', redis, '--repo-server', `127.0.0.1:${repoPort}`];
  const components: ArgoComponent[] = [];
  /** @param health port that answers under /healthz */
  const start = async (name: string, args: readonly string[], health: number, kubeconfig?: string) => {
    const env = {
      ...base,
      ARGOCD_BINARY_NAME: name,
      ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
    };
    components.push(await startArgoComponent({ program: argocd, name, args, env, folder, health }));
  };
  const stop = async () => {
    for (const component of components.reverse()) await component.stop();
    for (const account of accounts) account.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const redisArgs = ['--bind', '127.0.0.1', '--port', String(redisPort), '--save', '', '--dir', folder];
    components.push(
      await startArgoComponent({ program: redisServer, name: 'redis', args: redisArgs, env: base, folder }),
    );
    const repoMetrics = await findFreePort();
    await start(
      'argocd-repo-server',
      [
        ...['--address', '127.0.0.1', '--port', String(repoPort), '--redis', redis],
        ...['--metrics-address', '127.0.0.1', '--metrics-port', String(repoMetrics)],
      ],
      repoMetrics,
    );
    const controllerMetrics = await findFreePort();
    await start(
      'argocd-application-controller',
      // There is no flag for the address of its metrics. The health of an Application that it did not hear of is seen at
      // the next resync: in production after three minutes.
      [
        ...['--namespace', ARGO_NAMESPACE, ...shared, '--metrics-port', String(controllerMetrics)],
        ...['--app-resync', '20', '--app-resync-jitter', '1'],
      ],
      controllerMetrics,
      controllerAccount,
    );
    await start(
      'argocd-server',
      [
        ...['--namespace', ARGO_NAMESPACE, ...shared, '--address', '127.0.0.1', '--port', String(serverPort)],
        ...['--metrics-address', '127.0.0.1', '--metrics-port', String(await findFreePort())],
        ...['--insecure', '--disable-auth', '--dex-server', 'http://127.0.0.1:1'],
      ],
      serverPort,
      serverAccount,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const cli = async (...args: string[]) => {
    const server = ['--server', `127.0.0.1:${serverPort}`, '--plaintext', '--config', join(folder, 'cli')];
    const { stdout } = await promisify(execFile)(argocd, [...args, ...server], {
      env: { ...base, ARGOCD_BINARY_NAME: 'argocd' },
      maxBuffer: 32 * 1024 * 1024,
    });
    return stdout;
  };
  const application = async (name: string): Promise<ApplicationView> =>
    JSON.parse(await cli('app', 'get', name, '--output', 'json'));
  return {
    argodiff,
    cli,
    application,
    resource: async (name, kind, resource) =>
      (await application(name)).status.resources?.find(
        (found) => found.kind === kind && found.name === resource,
      ),
    stop,
  };
}

/** Nothing of this user's own Git, Helm or Argo CD settings, and nothing outside of `folder`. */
function environmentOf(folder: string, helm: string, sources: string): Record<string, string> {
  const at = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const programs = at('bin');
  symlinkSync(helm, join(programs, 'helm'));
  // Called at each look into Git, also where no signature is asked for.
  const verify = join(programs, 'git-verify-wrapper.sh');
  copyFileSync(join(sources, 'hack/git-verify-wrapper.sh'), verify);
  chmodSync(verify, 0o755);
  return {
    PATH: `${programs}${delimiter}${process.env.PATH ?? ''}`,
    HOME: at('home'),
    TMPDIR: at('tmp'),
    // The cluster of KUBECONFIG is the one that Argo CD runs in.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_TLS_DATA_PATH: at('tls'),
    ARGOCD_SSH_DATA_PATH: at('ssh'),
    ARGOCD_GNUPGHOME: at('gnupg'),
    ARGOCD_GPG_DATA_PATH: at('gpg'),
    ARGOCD_PLUGINSOCKFILEPATH: at('plugins'),
  };
}
