import type { PamConnectionSpec } from '../api/pam-connection.gen.ts';
import { type Failure, problem } from './failure.ts';
import { SecretText } from './secret-text.ts';
import { readSecretValue } from './secret-value.ts';

/** A usable connection: everything a client of PAM Core needs, checked. Times in milliseconds. */
export interface ConnectionSettings {
  readonly url: string;
  readonly apiPrefix: '/api' | '/iso';
  readonly tokenUrl?: string;
  readonly tenant?: string;
  readonly auth: OAuth2Settings | OAuth1Settings;
  /** PEM; replaces the public roots. */
  readonly ca?: string;
  readonly proxyUrl?: string;
  readonly referer?: string;
  readonly timeouts: { readonly connectMs: number; readonly requestMs: number; readonly inventoryMs: number };
  readonly limits: {
    readonly maxInFlight: number;
    readonly requestsPerSecond: number;
    readonly burst: number;
  };
}

export interface OAuth2Settings {
  readonly type: 'oauth2';
  readonly clientId: string;
  readonly clientSecret: SecretText;
}

export interface OAuth1Settings {
  readonly type: 'oauth1';
  readonly consumerKey: string;
  readonly consumerSecret: SecretText;
  readonly tokenKey: string;
  readonly tokenSecret: SecretText;
  readonly signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256';
}

/** What was read for a connection from the operator's namespace. */
export interface ConnectionMaterial {
  /** Values of the auth Secret by key. */
  readonly secret: ReadonlyMap<string, Uint8Array>;
  /** Hosts that the auth Secret's annotation allows besides the host of `url`. */
  readonly allowedHosts: readonly string[];
  /** The PEM text of `caBundleConfigMap`, where that is used. */
  readonly caBundle?: string;
  /** How long the Lease lasts: a request must end well before it (design 4.7). */
  readonly leaseDurationSeconds: number;
}

/** Seconds by which a request must end before the Lease could pass to another replica. */
const LEASE_MARGIN_SECONDS = 5;

/** Defaults of design 3.1; none stands in the CRD. */
const DEFAULTS = {
  connectSeconds: 3,
  requestSeconds: 10,
  inventorySeconds: 30,
  maxInFlight: 8,
  requestsPerSecond: 20,
  burst: 40,
} as const;

/** Name of the Secret with the connection's client credentials. */
export function authSecretName({ auth }: PamConnectionSpec): string {
  return auth.oauth2?.secretName ?? auth.oauth1?.secretName ?? '';
}

/** Checks what the CRD cannot: values of Secrets, and settings that only fit together. */
export function connectionSettings(
  spec: PamConnectionSpec,
  material: ConnectionMaterial,
): ConnectionSettings | { readonly failure: Failure } {
  const timeouts = { ...DEFAULTS, ...spec.timeouts };
  const longest = material.leaseDurationSeconds - LEASE_MARGIN_SECONDS;
  if (timeouts.requestSeconds > longest) {
    return invalid(
      `\`spec.timeouts.requestSeconds\` is ${timeouts.requestSeconds}, but with a Lease of ${material.leaseDurationSeconds} s at most ${longest} is safe`,
      "Lower it, or raise the operator's lease duration",
    );
  }
  const foreign = foreignTokenHost(spec, material.allowedHosts);
  if (foreign !== undefined) {
    return invalid(
      `\`spec.tokenUrl\` is on another host (${foreign}) than \`spec.url\``,
      `Name ${foreign} in the annotation pam-operator.io/allowed-hosts of the Secret ${authSecretName(spec)}`,
    );
  }
  const auth = readAuth(spec, material.secret);
  if ('failure' in auth) return auth;
  const ca = spec.caBundle ?? material.caBundle;
  const limits = { ...DEFAULTS, ...spec.limits };
  return {
    url: spec.url,
    apiPrefix: spec.apiPrefix ?? '/api',
    ...(spec.tokenUrl !== undefined && { tokenUrl: spec.tokenUrl }),
    ...(spec.tenant !== undefined && { tenant: spec.tenant }),
    auth,
    ...(ca !== undefined && { ca }),
    ...(spec.proxyUrl !== undefined && { proxyUrl: spec.proxyUrl }),
    ...(spec.referer !== undefined && { referer: spec.referer }),
    timeouts: {
      connectMs: timeouts.connectSeconds * 1000,
      requestMs: timeouts.requestSeconds * 1000,
      inventoryMs: timeouts.inventorySeconds * 1000,
    },
    limits: {
      maxInFlight: limits.maxInFlight,
      requestsPerSecond: limits.requestsPerSecond,
      burst: limits.burst,
    },
  };
}

function readAuth(
  spec: PamConnectionSpec,
  secret: ReadonlyMap<string, Uint8Array>,
): OAuth2Settings | OAuth1Settings | { readonly failure: Failure } {
  const names =
    spec.auth.oauth1 === undefined
      ? (['clientId', 'clientSecret'] as const)
      : (['consumerKey', 'consumerSecret', 'tokenKey', 'tokenSecret'] as const);
  const values = new Map<string, SecretText>();
  for (const name of names) {
    const bytes = secret.get(name);
    if (bytes === undefined) {
      return {
        failure: problem(
          'SecretKeyNotFound',
          `Secret ${authSecretName(spec)} of the connection has no key \`${name}\``,
        ),
      };
    }
    // Keys copied from a browser often end with a newline; in a client id or secret it is never meant.
    const value = readSecretValue(bytes, { label: `key \`${name}\``, trim: true });
    if ('problem' in value) {
      return {
        failure: problem(
          'SecretValueInvalid',
          `In Secret ${authSecretName(spec)} of the connection ${value.problem}`,
        ),
      };
    }
    values.set(name, value);
  }
  const text = (name: string) => values.get(name) ?? new SecretText('');
  if (spec.auth.oauth1 === undefined) {
    return { type: 'oauth2', clientId: text('clientId').reveal(), clientSecret: text('clientSecret') };
  }
  return {
    type: 'oauth1',
    consumerKey: text('consumerKey').reveal(),
    consumerSecret: text('consumerSecret'),
    tokenKey: text('tokenKey').reveal(),
    tokenSecret: text('tokenSecret'),
    signatureMethod: spec.auth.oauth1.signatureMethod ?? 'HMAC-SHA1',
  };
}

function foreignTokenHost(
  { url, tokenUrl }: PamConnectionSpec,
  allowed: readonly string[],
): string | undefined {
  if (tokenUrl === undefined) return undefined;
  const host = hostOf(tokenUrl);
  const hosts = [hostOf(url), ...allowed.map((name) => name.toLowerCase())];
  return hosts.includes(host) ? undefined : host;
}

/** Host in lower case, with its port unless it is the scheme's own: `https://Host:8443/x` → `host:8443`. */
function hostOf(url: string): string {
  const host = (/^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '').toLowerCase();
  return host.replace(/^https:/i.test(url) ? /:443$/ : /:80$/, '');
}

function invalid(what: string, remedy: string): { readonly failure: Failure } {
  return { failure: problem('InvalidSettings', what, remedy) };
}
