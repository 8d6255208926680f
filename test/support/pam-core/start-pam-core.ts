import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorization, AuthorizationInput, OAuth1Keys } from './authorizations.ts';
import { controlListener } from './control-api.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { startLoopbackServer } from './loopback-server.ts';
import { PamCoreService } from './pam-core-service.ts';
import { type Certificate, selfSignedCertificate } from './self-signed-certificate.ts';
import { Store } from './store.ts';
import { type Dialect, type Switches, switchesOf } from './switches.ts';

export interface PamCoreOptions {
  /** Port on 127.0.0.1; 0 (default) takes a free one. */
  port?: number;
  /** Release whose pages are imitated; default 4.0. */
  dialect?: Dialect;
  /** Single switches that differ from the dialect. */
  switches?: Partial<Switches>;
  /** Serve https: with this certificate, or with a self-signed one. */
  tls?: Certificate | 'self-signed';
  /** Time for `change`, tokens and OAuth 1.0a; default the machine's clock. */
  clock?: () => Date;
  /** First id of the sequence that credentials and keys share; default 1. */
  firstId?: number;
  /** The authorization to begin with; its label is `default` unless given. */
  authorization?: Partial<AuthorizationInput>;
  /** Devices to begin with. */
  devices?: readonly { hostname: string; ip: string }[];
  /** Also serve the control API, on this loopback port (0: a free one); default: no control API. */
  controlPort?: number;
}

export interface PamCore {
  /** `http(s)://127.0.0.1:<port>`, without prefix. */
  readonly url: string;
  readonly port: number;
  /** PEM of the certificate that clients must trust; undefined over http. */
  readonly caCertificate: string | undefined;
  /** Base URL of the control API, where it was asked for. */
  readonly controlUrl: string | undefined;
  /** Keys of the first authorization, for OAuth 2.0 and OAuth 1.0a. */
  readonly oauth2: { readonly clientId: string; readonly clientSecret: string };
  readonly oauth1: OAuth1Keys;
  /** The first authorization; mutable: `permission`, `resources`, `enabled`, `expires`, `referer`, keys. */
  readonly authorization: Authorization;
  readonly journal: Journal;
  readonly store: Store;
  readonly switches: Switches;
  readonly faults: Faults;
  addAuthorization(input: AuthorizationInput): Authorization;
  /** Number of bearer tokens that are valid now. */
  liveTokens(): number;
  /** Makes every bearer token invalid. */
  revokeTokens(): void;
  resetJournal(): void;
  /** Closes all connections, also hanging ones, and drops late commits. */
  stop(): Promise<void>;
}

/** Starts a PAM Core on loopback. Rejects when the port is taken. */
export async function startPamCore(options: PamCoreOptions = {}): Promise<PamCore> {
  const clock = options.clock ?? (() => new Date());
  const tls = options.tls === 'self-signed' ? selfSignedCertificate() : options.tls;
  const switches = switchesOf(options.dialect ?? '4.0', options.switches);
  const scheme = tls === undefined ? 'http' : 'https';
  const service = new PamCoreService(switches, clock, options.firstId ?? 1, scheme);
  const authorization = service.addAuthorization({ label: 'default', ...options.authorization });
  const store = new Store(service.vault);
  for (const device of options.devices ?? []) store.addDevice(device);

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void service.handle(request, response);
  };
  const server = await startLoopbackServer(listener, options.port ?? 0, tls);
  const { journal, faults, tokens } = service;
  const control =
    options.controlPort === undefined
      ? undefined
      : await startLoopbackServer(
          controlListener({ journal, faults, store, switches }),
          options.controlPort,
          undefined,
        );
  return {
    url: server.url,
    port: server.port,
    caCertificate: tls?.cert,
    controlUrl: control?.url,
    get oauth2() {
      return present(authorization.oauth2);
    },
    get oauth1() {
      return present(authorization.oauth1);
    },
    authorization,
    journal,
    store,
    switches,
    faults,
    addAuthorization: (input) => service.addAuthorization(input),
    liveTokens: () => tokens.live(clock()),
    revokeTokens: () => tokens.revokeAll(),
    resetJournal: () => journal.clear(),
    stop: async () => {
      service.stop();
      await Promise.all([server.stop(), control?.stop()]);
    },
  };
}

function present<Keys>(keys: Keys | undefined): Keys {
  if (keys === undefined) throw new Error('the authorization has no keys of this kind');
  return keys;
}
