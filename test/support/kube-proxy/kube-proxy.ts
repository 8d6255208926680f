import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { type FaultRule, matches, type ProxiedCall } from './fault-rule.ts';
import { WatchRelay } from './watch-relay.ts';

/** An HTTP proxy on loopback in front of a real API server, which misbehaves as its rules say. */
export interface KubeProxy {
  /** A kubeconfig (YAML) whose cluster is this proxy; it needs no credentials. */
  readonly kubeconfig: string;
  readonly url: string;
  /** Every call in the order of arrival. */
  readonly calls: readonly ProxiedCall[];
  /** Watches that are open now, oldest first. */
  readonly watches: readonly WatchRelay[];
  /** Adds a rule; the first that matches and has uses left applies. */
  add(rule: FaultRule): void;
  clear(): void;
  /** Calls that match, for counts in assertions. */
  count(match: FaultRule['match']): number;
  /** Open sockets of clients. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

interface Upstream {
  readonly server: URL;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @param kubeconfigPath of the real API server, with a client certificate */
export async function startKubeProxy(kubeconfigPath: string): Promise<KubeProxy> {
  const upstream = readUpstream(kubeconfigPath);
  const calls: ProxiedCall[] = [];
  const watches: WatchRelay[] = [];
  let rules: { readonly rule: FaultRule; left: number }[] = [];

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://proxy');
    const isWatch = url.searchParams.has('watch');
    const call: ProxiedCall = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      isWatch,
    };
    calls.push(call);
    const found = rules.find(({ rule, left }) => left > 0 && matches(rule.match, call));
    if (found !== undefined) found.left -= 1;
    const rule = found?.rule;
    const body = await readAll(request);
    if (rule?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, rule.delayMs));
    if (rule?.hang === true) return;
    if (rule?.reset === true) {
      request.socket.resetAndDestroy();
      return;
    }
    if (rule?.answer !== undefined) {
      response.writeHead(rule.answer.status, { 'content-type': 'application/json', ...rule.answer.headers });
      const { lines } = rule.answer;
      response.end(
        lines === undefined
          ? JSON.stringify(rule.answer.body ?? {})
          : lines.map((line) => `${line}\n`).join(''),
      );
      return;
    }
    forward(request, response, body, call, rule);
  }

  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    call: ProxiedCall,
    rule: FaultRule | undefined,
  ): void {
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
    const outgoing = httpsRequest(
      {
        host: upstream.server.hostname,
        port: upstream.server.port,
        ca: upstream.ca,
        cert: upstream.cert,
        key: upstream.key,
        method: request.method,
        path: request.url,
        headers: body.length > 0 ? { ...headers, 'content-length': body.length } : headers,
        agent: false,
      },
      (incoming) => {
        if (rule?.loseAnswer === true) {
          incoming.resume();
          incoming.on('end', () => request.socket.resetAndDestroy());
          return;
        }
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        if (!call.isWatch) {
          incoming.pipe(response);
          return;
        }
        response.flushHeaders();
        const relay = new WatchRelay(call, incoming, response, rule?.watch);
        watches.push(relay);
        relay.onEnd(() => watches.splice(watches.indexOf(relay), 1));
      },
    );
    outgoing.on('error', () => request.socket.destroy());
    response.on('close', () => outgoing.destroy());
    outgoing.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: kubeconfigFor(url),
    calls,
    watches,
    add: (rule) => rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }),
    clear: () => {
      rules = [];
    },
    count: (match) => calls.filter((call) => matches(match, call)).length,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    stop: async () => {
      for (const watch of [...watches]) watch.cut();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readUpstream(path: string): Upstream {
  const config = parse(readFileSync(path, 'utf8'));
  const { cluster } = config.clusters[0];
  const { user } = config.users[0];
  const pem = (data: string | undefined, file: string | undefined): Buffer =>
    data === undefined ? readFileSync(file ?? '') : Buffer.from(data, 'base64');
  return {
    server: new URL(cluster.server),
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: pem(user['client-certificate-data'], user['client-certificate']),
    key: pem(user['client-key-data'], user['client-key']),
  };
}

function kubeconfigFor(url: string): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    `clusters: [{name: proxy, cluster: {server: "${url}"}}]`,
    'users: [{name: nobody, user: {}}]',
    'contexts: [{name: proxy, context: {cluster: proxy, user: nobody}}]',
    'current-context: proxy',
    '',
  ].join('\n');
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}
