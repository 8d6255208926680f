import { existsSync } from 'node:fs';
import { AccessReader, type KubeAccess } from './kube-access.ts';

/** Files are read again this often; client-node's own token cache has 60 s, a refusal (401) empties both. */
const ACCESS_FRESH_MS = 1000;

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Where the API server is and how to authenticate there. */
export interface KubeConnection {
  /** Scheme, host and port, without a path. */
  readonly origin: string;
  /** Path in front of `/api` and `/apis` (aggregating proxies), without a slash at its end; usually empty. */
  readonly pathPrefix: string;
  /** Namespace of the current context, if it names one. */
  readonly namespace: string | undefined;
  /** The kubeconfig turns the check of the server's certificate off: worth a loud warning. */
  readonly insecure: boolean;
  /** HTTP proxy of the kubeconfig (`proxy-url`); environment variables are not looked at. */
  readonly proxyUrl: string | undefined;
  /** Current headers and TLS material; reads rotated token, certificate and CA files again. @throws any Error */
  access(): Promise<KubeAccess>;
  /** Forgets cached tokens and plugin answers, after the server refused them. */
  renew(): void;
}

/** Either a connection, or one sentence that says what is wrong and what to do. */
export type KubeConfigResult = { readonly connection: KubeConnection } | { readonly problem: string };

/**
 * Finds the configuration in controller-runtime's order: the given file, `KUBECONFIG`, the Pod's service
 * account, `~/.kube/config`. Never throws; never repeats the file's content, which may hold tokens.
 */
export function loadKubeConfig(options: { readonly kubeconfig?: string } = {}): KubeConfigResult {
  const { kubeconfig } = options;
  const load = (): AccessReader => {
    const config = new AccessReader();
    if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else if (!process.env.KUBECONFIG && runsInCluster()) config.loadFromCluster();
    else config.loadFromDefault();
    return config;
  };
  const source =
    kubeconfig ?? process.env.KUBECONFIG ?? (runsInCluster() ? 'the service account' : '~/.kube/config');
  try {
    return describe(load, source);
  } catch (error) {
    return { problem: `The Kubernetes configuration (${source}) cannot be used: ${sentenceFor(error)}` };
  }
}

function describe(load: () => AccessReader, source: string): KubeConfigResult {
  let config = load();
  let recent: { readonly access: Promise<KubeAccess>; readonly at: number } | undefined;
  const refuse = (why: string): KubeConfigResult => ({
    problem: `The Kubernetes configuration (${source}) cannot be used: ${why}`,
  });
  if (
    config.currentContext === 'loaded-context' &&
    config.getCurrentCluster()?.server === 'http://localhost:8080'
  ) {
    return {
      problem:
        'No Kubernetes configuration was found: set KUBECONFIG, pass --kubeconfig, or run in a cluster.',
    };
  }
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) return refuse('its current context names no cluster. Set current-context.');
  if (!URL.canParse(cluster.server)) return refuse('the address of its cluster is no URL.');
  const url = new URL(cluster.server);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refuse('its cluster needs an https:// address.');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return refuse('plain http is taken for loopback addresses only. Use https.');
  }
  if (cluster.proxyUrl !== undefined && !/^https?:/.test(cluster.proxyUrl)) {
    return refuse('its proxy-url must begin with http:// or https://.');
  }
  return {
    connection: {
      origin: url.origin,
      pathPrefix: url.pathname.replace(/\/+$/, ''),
      namespace: config.getContextObject(config.currentContext)?.namespace,
      insecure: cluster.skipTLSVerify && url.protocol === 'https:',
      proxyUrl: cluster.proxyUrl,
      access: () => {
        const now = performance.now();
        if (recent === undefined || now - recent.at > ACCESS_FRESH_MS) {
          const access = config.access();
          recent = { access, at: now };
          access.catch(() => {
            recent = undefined;
          });
        }
        return recent.access;
      },
      renew: () => {
        recent = undefined;
        try {
          config = load();
        } catch {
          // The file is being replaced: go on with what is known; the next refusal tries again.
        }
      },
    },
  };
}

function runsInCluster(): boolean {
  return Boolean(process.env.KUBERNETES_SERVICE_HOST) && existsSync(IN_CLUSTER_TOKEN);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function sentenceFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'the file does not exist.';
  if (code === 'EACCES') return 'the file may not be read.';
  return 'it is no valid kubeconfig. `kubectl config view` shows what is missing.';
}
