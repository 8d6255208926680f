import { type JsonObject, member, text } from './json-value.ts';
import type { FetchedToken } from './oauth2-authorizer.ts';

/** Where the answer does not say how long the token lives: short enough for every release (1 h or 24 h). */
const unstatedLifeMs = 5 * 60_000;

/** No token lives longer than the oldest releases' day. */
const longestLifeMs = 24 * 3_600_000;

/** A life of 0 would mean a token call per call. */
const shortestLifeMs = 1_000;

/** What may stand in a header after `Bearer `; the size of 8 KiB is that of a usual header limit. */
const tokenText = /^[\x21-\x7e]{1,8192}$/;

/** Reads a successful answer of the token endpoint; `undefined` where it holds no usable token. */
export function readTokenAnswer(json: JsonObject): FetchedToken | undefined {
  const accessToken = text(json, 'access_token');
  if (accessToken === undefined || !tokenText.test(accessToken)) return undefined;
  return { accessToken, expiresInMs: lifeMs(member(json, 'expires_in')) };
}

function lifeMs(expiresIn: unknown): number {
  const isText = typeof expiresIn === 'string' && /^\d{1,12}$/.test(expiresIn);
  const seconds = isText ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return unstatedLifeMs;
  return Math.min(Math.max(seconds * 1000, shortestLifeMs), longestLifeMs);
}
