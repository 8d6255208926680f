import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type JsonObject } from './json-value.ts';
import { formParameters, type Parameter } from './oauth1-signature.ts';
import { type Route, routeOf } from './router.ts';

/** A request, read completely and assigned to an endpoint. */
export interface PamCall extends Route {
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawBody: string;
  /** The JSON object or form fields of the body; empty where there is neither. */
  readonly body: JsonObject;
  /** Form fields, which OAuth 1.0a signs. */
  readonly form: readonly Parameter[];
}

/** Reads method, target and body; an unreadable body counts as an empty one, as a missing parameter does. */
export function pamCallOf(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  rawBody: string,
): PamCall {
  const path = target.split('?', 1)[0] ?? '';
  const isForm = /^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '');
  const form = isForm ? formParameters(rawBody) : [];
  const body = isForm ? Object.fromEntries(form) : jsonObjectOf(rawBody);
  return { ...routeOf(method, path), method, path, target, headers, rawBody, body, form };
}

function jsonObjectOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
