import { Agent, type RequestOptions, request } from 'node:https';
import { parse } from 'yaml';
import type { ControlPlane } from '../control-plane/control-plane.ts';

/** Who makes a request. */
export type Requester =
  /** An administrator, whom every policy lets pass. */
  | 'admin'
  /** A user that the administrator impersonates: authorization and policies see this name and these groups. */
  | { readonly user: string; readonly groups: readonly string[] }
  /** The bearer of a real token. */
  | { readonly token: string };

interface ApiRequest {
  readonly as: Requester;
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Default: a JSON merge patch for PATCH. */
  readonly contentType?: string;
}

/** What the API server answered. `message` is that of a `Status`, else empty. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly message: string;
}

export type CallApi = (asked: ApiRequest) => Promise<ApiAnswer>;

/** A function that sends requests to the API server of a control plane, which {@link ControlPlane.stop} ends. */
export function apiServerOf(plane: ControlPlane): CallApi {
  const ca = plane.caCertificate;
  const bearers = new Agent({ keepAlive: true, ca });
  const administrators = new Agent({ keepAlive: true, ca, ...certificate(plane.kubeconfig) });
  return ({ as, method, path, body, contentType }) => {
    const type = contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');
    const headers = { 'content-type': type, accept: 'application/json', ...identity(as) };
    const agent = typeof as === 'object' && 'token' in as ? bearers : administrators;
    return send(new URL(path, plane.server), { method, headers, agent }, body);
  };
}

function identity(as: Requester): Record<string, string | string[]> {
  if (as === 'admin') return {};
  if ('token' in as) return { authorization: `Bearer ${as.token}` };
  return { 'impersonate-user': as.user, 'impersonate-group': [...as.groups] };
}

function send(url: URL, options: RequestOptions, body: unknown): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const answer = JSON.parse(text) as Record<string, unknown>;
        const message = typeof answer.message === 'string' ? answer.message : '';
        resolve({ status: response.statusCode ?? 0, body: answer, message });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function certificate(kubeconfig: string): { cert: Buffer; key: Buffer } {
  const config = parse(kubeconfig) as {
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
  };
  const [{ user }] = config.users;
  return {
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  };
}
