import { randomBytes } from 'node:crypto';

/** An A2A authorization: who may call, with which keys, and what it may touch. */
export interface Authorization {
  /** Its name in journal, grants and custody. */
  readonly label: string;
  oauth2: { clientId: string; clientSecret: string } | undefined;
  oauth1: OAuth1Keys | undefined;
  permission: 'read' | 'readwrite';
  /** Without 'PAM Core' every call is answered with HTTP 500 "not authorized". */
  resources: string[];
  enabled: boolean;
  expires: Date | undefined;
  /** When set, each call must carry this `Referer`. */
  referer: string | undefined;
}

export interface OAuth1Keys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly tokenKey: string;
  readonly tokenSecret: string;
}

export interface AuthorizationInput extends Partial<Omit<Authorization, 'oauth2' | 'oauth1' | 'label'>> {
  label: string;
  /** `true` generates id and secret. */
  oauth2?: { clientId: string; clientSecret: string } | boolean;
  /** `true` generates the four keys. */
  oauth1?: OAuth1Keys | boolean;
}

/** Completes what the caller left out: both methods with random keys, read and write, PAM Core granted. */
export function authorizationOf(input: AuthorizationInput): Authorization {
  const { label, oauth2 = true, oauth1 = true, ...rest } = input;
  return {
    label,
    oauth2: typeof oauth2 === 'object' ? oauth2 : oauth2 ? randomOAuth2() : undefined,
    oauth1: typeof oauth1 === 'object' ? oauth1 : oauth1 ? randomOAuth1() : undefined,
    permission: rest.permission ?? 'readwrite',
    resources: rest.resources ?? ['PAM Core'],
    enabled: rest.enabled ?? true,
    expires: rest.expires,
    referer: rest.referer,
  };
}

/** Why an authorization cannot be used now; undefined while it can. */
export function unusable(authorization: Authorization, now: Date): string | undefined {
  if (!authorization.enabled) return 'authorization disabled';
  const { expires } = authorization;
  return expires !== undefined && expires <= now ? 'authorization expired' : undefined;
}

function randomOAuth2(): { clientId: string; clientSecret: string } {
  return { clientId: `client-${random(8)}`, clientSecret: random(24) };
}

function randomOAuth1(): OAuth1Keys {
  const [consumerKey, tokenKey] = [random(16), random(16)];
  return { consumerKey, consumerSecret: random(24), tokenKey, tokenSecret: random(24) };
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
