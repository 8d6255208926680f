import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { inject } from 'vitest';
import { parse } from 'yaml';

/** A JSON answer of the API server. */
export interface ApiAnswer {
  status: number;
  /** The object, or a `Status`. */
  body: Record<string, unknown>;
  /** What was wrong, field by field. */
  causes: { field: string; message: string }[];
  /** `message` of a `Status`. */
  message: string;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

let agent: Agent | undefined;

/** One call to the API server of this run, as an administrator. Unknown fields are refused. */
export function callApi(method: Method, path: string, body?: unknown): Promise<ApiAnswer> {
  agent ??= new Agent({ keepAlive: true, ...identity() });
  const headers = {
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    accept: 'application/json',
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, inject('apiServerUrl')), { method, headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(answer(response.statusCode ?? 0, text)));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function identity(): { ca: Buffer; cert: Buffer; key: Buffer } {
  const config = parse(readFileSync(inject('kubeconfigPath'), 'utf8')) as {
    clusters: [{ cluster: { 'certificate-authority-data': string } }];
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
  };
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  return {
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64'),
    cert: Buffer.from(user['client-certificate-data'], 'base64'),
    key: Buffer.from(user['client-key-data'], 'base64'),
  };
}

function answer(status: number, text: string): ApiAnswer {
  const body = JSON.parse(text) as Record<string, unknown>;
  const details = body.details as { causes?: { field?: string; message?: string }[] } | undefined;
  const causes = (details?.causes ?? []).map(({ field = '', message = '' }) => ({ field, message }));
  return { status, body, causes, message: typeof body.message === 'string' ? body.message : '' };
}
