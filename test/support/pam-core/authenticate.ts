import { type Authorization, unusable } from './authorizations.ts';
import type { OAuth1Verifier, Verdict } from './oauth1-verifier.ts';
import type { OAuth2Tokens } from './oauth2-tokens.ts';
import type { PamCall } from './pam-call.ts';
import type { Switches } from './switches.ts';

/** What is known about the caller. `refusal` absent means that the call is let through. */
export interface Identity {
  readonly authorization: Authorization | undefined;
  readonly oauthVersion: '1.0a' | '2.0' | undefined;
  /** `no authorization` is answered as an unknown route, everything else as an invalid signature. */
  readonly refusal: string | undefined;
}

export interface Guards {
  readonly tokens: OAuth2Tokens;
  readonly verifier: OAuth1Verifier;
  readonly authorizations: readonly Authorization[];
  readonly scheme: 'http' | 'https';
}

/** Reads the Authorization header, which is the only place where credentials are looked for. */
export function authenticate(call: PamCall, guards: Guards, switches: Switches, now: Date): Identity {
  const header = call.headers.authorization;
  if (header === undefined || header === '') {
    return { authorization: undefined, oauthVersion: undefined, refusal: 'no authorization' };
  }
  const bearer = /^Bearer (\S+)$/i.exec(header)?.[1];
  const oauthVersion = bearer !== undefined ? '2.0' : /^OAuth\s/i.test(header) ? '1.0a' : undefined;
  const verdict =
    oauthVersion === undefined ? unknownScheme : verdictOf(call, header, bearer, guards, switches, now);
  const { authorization } = verdict;
  const refusal = verdict.refusal ?? (authorization && unusableFor(call, authorization, now));
  return { authorization, oauthVersion, refusal };
}

const unknownScheme: Verdict = { authorization: undefined, refusal: 'unknown scheme' };

function verdictOf(
  call: PamCall,
  header: string,
  bearer: string | undefined,
  guards: Guards,
  switches: Switches,
  now: Date,
): Verdict {
  if (bearer !== undefined) return guards.tokens.verify(bearer, now);
  const { method, target, form } = call;
  const request = { method, scheme: guards.scheme, host: call.headers.host ?? '', target, form };
  return guards.verifier.verify(header, request, guards.authorizations, switches, now);
}

function unusableFor(call: PamCall, authorization: Authorization, now: Date): string | undefined {
  const { referer } = authorization;
  if (referer !== undefined && call.headers.referer !== referer) return 'wrong referer';
  return unusable(authorization, now);
}
