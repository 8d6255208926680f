import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Answer, jsonAnswer } from './answer.ts';
import { type Authorization, unusable } from './authorizations.ts';
import { clientAuthenticationFailed, unsupportedGrant } from './gateway.ts';
import { type JsonObject, textOf } from './json-value.ts';
import type { Verdict } from './oauth1-verifier.ts';
import type { Switches } from './switches.ts';

interface Token {
  readonly authorization: Authorization;
  readonly expires: number;
}

/** Issues and checks bearer tokens (OAuth 2.0 client credentials). */
export class OAuth2Tokens {
  readonly #tokens = new Map<string, Token>();

  /** Answers the token endpoint. */
  issue(body: JsonObject, authorizations: readonly Authorization[], switches: Switches, now: Date): Answer {
    if (textOf(body, 'grant_type') !== 'client_credentials') return unsupportedGrant();
    const id = textOf(body, 'client_id') ?? '';
    const authorization = authorizations.find(({ oauth2 }) => oauth2?.clientId === id);
    const secret = authorization?.oauth2?.clientSecret ?? '';
    const tenantFits = switches.tenantRequired === null || textOf(body, 'tenant') === switches.tenantRequired;
    const known = authorization !== undefined && sameText(secret, textOf(body, 'client_secret') ?? '');
    if (!known || !tenantFits || unusable(authorization, now) !== undefined) {
      return clientAuthenticationFailed();
    }
    const lifetime = switches.tokenLifetimeSeconds ?? switches.expiresInSeconds;
    const token = jwtLike(id, now, switches.expiresInSeconds);
    this.#tokens.set(token, { authorization, expires: now.getTime() + lifetime * 1000 });
    const reply = { token_type: 'Bearer', expires_in: switches.expiresInSeconds, access_token: token };
    return jsonAnswer(200, JSON.stringify(reply));
  }

  /** Checks a bearer token. */
  verify(token: string, now: Date): Verdict {
    const known = this.#tokens.get(token);
    if (known === undefined) return { authorization: undefined, refusal: 'unknown token' };
    if (known.expires <= now.getTime())
      return { authorization: known.authorization, refusal: 'token expired' };
    return { authorization: known.authorization };
  }

  /** Number of tokens that are valid now. */
  live(now: Date): number {
    return [...this.#tokens.values()].filter((token) => token.expires > now.getTime()).length;
  }

  /** Makes every token unknown at once, as a restarted or restored server would. */
  revokeAll(): void {
    this.#tokens.clear();
  }
}

/** Shaped like the printed example: claims as in a real one, and random bytes where the signature would be. */
function jwtLike(subject: string, now: Date, lifetimeSeconds: number): string {
  const iat = Math.floor(now.getTime() / 1000);
  const jti = randomBytes(20).toString('hex');
  const claims = { aud: subject, jti, iat, nbf: iat, exp: iat + lifetimeSeconds, sub: subject, scopes: [] };
  const parts = [{ typ: 'JWT', alg: 'RS256' }, claims].map((part) => base64Url(JSON.stringify(part)));
  return [...parts, randomBytes(32).toString('base64url')].join('.');
}

function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
