import type { AgentOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import {
  type Cluster,
  type DispatcherOptions,
  KubeConfig,
  type RequestContext,
} from '@kubernetes/client-node';

/** TLS material of one connection; `servername` overrides the host name that the certificate must carry. */
export type KubeTls = Readonly<
  Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'>
>;

/** What a request needs besides its own content. */
export interface KubeAccess {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: KubeTls;
}

/**
 * client-node's configuration (files, in-cluster, exec plugins, token refresh) without its transport: it
 * builds a new TLS connection for every call, so only headers and TLS material are taken from it.
 */
export class AccessReader extends KubeConfig {
  #tls: KubeTls = {};

  /** @throws whatever a missing file or a failing credential plugin throws */
  async access(): Promise<KubeAccess> {
    const headers: Record<string, string> = {};
    const context = {
      setHeaderParam: (name: string, value: string) => {
        headers[name.toLowerCase()] = value.trim();
      },
      setDispatcher: () => {},
    };
    await this.applySecurityAuthentication(context as unknown as RequestContext);
    return { headers, tls: this.#tls };
  }

  /** client-node asks here which dispatcher to build: none, the material is all that is wanted. */
  override createDispatcherOptions(_cluster: Cluster | null, options: AgentOptions): DispatcherOptions {
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    this.#tls = {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(pfx !== undefined && { pfx }),
      ...(passphrase !== undefined && { passphrase }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    };
    return { type: 'none' };
  }
}
