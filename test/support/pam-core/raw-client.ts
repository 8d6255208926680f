import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isJsonObject, type JsonObject } from './json-value.ts';
import type { PamCore } from './start-pam-core.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as a JSON object; empty where it is none. */
  readonly json: JsonObject;
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject | string;
  /** Gives up when this fires. */
  readonly signal?: AbortSignal;
  readonly ca?: string;
}

/** One HTTP call on a connection of its own. Rejects when the connection breaks or the signal fires. */
export function rawCall(
  url: string,
  method: string,
  path: string,
  options: RawRequest = {},
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const { body, headers, signal, ca } = options;
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  const type = text === undefined ? {} : { 'content-type': 'application/json' };
  const { hostname, port, protocol } = new URL(url);
  const send = protocol === 'https:' ? tlsRequest : plainRequest;
  const request = send({
    hostname,
    port,
    method,
    path,
    agent: false,
    headers: { ...type, ...headers },
    ca,
    signal,
  });
  request.once('response', (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.once('error', reject);
    response.once('end', () => {
      const received = Buffer.concat(pieces).toString('utf8');
      const { statusCode: status = 0, headers: answered } = response;
      resolve({ status, headers: answered, text: received, json: objectOf(received) });
    });
  });
  request.once('error', reject);
  request.end(text);
  return promise;
}

/** Calls with a bearer token of the first authorization, one token per client. */
export class BearerClient {
  readonly #pam: PamCore;
  readonly #keys: { clientId: string; clientSecret: string };
  readonly #ca: string | undefined;
  #token: Promise<string> | undefined;

  constructor(pam: PamCore, keys: { clientId: string; clientSecret: string } = pam.oauth2, ca?: string) {
    this.#pam = pam;
    this.#keys = keys;
    this.#ca = ca;
  }

  async call(method: string, path: string, body?: JsonObject, options: RawRequest = {}): Promise<RawAnswer> {
    const headers = { authorization: await this.authorization(), ...options.headers };
    const sent = { ...(body === undefined ? {} : { body }), ...this.#trust() };
    return await rawCall(this.#pam.url, method, path, { ...options, ...sent, headers });
  }

  /** The Authorization header. */
  async authorization(): Promise<string> {
    this.#token ??= this.#newToken();
    return `Bearer ${await this.#token}`;
  }

  async #newToken(): Promise<string> {
    const { clientId: client_id, clientSecret: client_secret } = this.#keys;
    const body = { grant_type: 'client_credentials', client_id, client_secret };
    const prefix = this.#pam.switches.prefixes[0] ?? '/api';
    const answer = await rawCall(this.#pam.url, 'POST', `${prefix}/oauth2/token`, { body, ...this.#trust() });
    return String(answer.json.access_token);
  }

  #trust(): { ca?: string } {
    return this.#ca === undefined ? {} : { ca: this.#ca };
  }
}

function objectOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
