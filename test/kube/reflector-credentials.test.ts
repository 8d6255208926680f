import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { createKubeClient } from '../../src/kube/create-kube-client.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type Reflector, startReflector } from '../../src/kube/reflector.ts';
import type { ReflectorOptions } from '../../src/kube/reflector-options.ts';
import { Store } from '../../src/kube/store.ts';
import { issueCertificate } from '../control-plane/certificate.ts';
import { startKubeProxy } from '../support/kube-proxy/kube-proxy.ts';
import { adminClient, connectionAt, newNamespace } from './cluster-fixture.ts';
import { ConfigMaps, HandlerLog, projectConfigMap, type StoredConfigMap } from './config-maps.ts';
import { eventually } from './eventually.ts';
import { FAST } from './reflector-bench.ts';

const endings: (() => unknown)[] = [];
let folder: string;
let admin: KubeClient;
let namespace: string;
let configMaps: ConfigMaps;
let log: HandlerLog;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pam-operator-rotation-'));
  admin = adminClient();
  endings.push(
    () => rmSync(folder, { recursive: true }),
    () => admin.close(),
  );
  namespace = await newNamespace(admin);
  configMaps = new ConfigMaps(admin, namespace);
  log = new HandlerLog();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Of the real API server, as a file of this test; `change` edits cluster and user. */
function writeKubeconfig(change: (cluster: Record<string, unknown>, config: KubeconfigText) => void): string {
  const config = parse(readFileSync(inject('kubeconfigPath'), 'utf8')) as KubeconfigText;
  const [first] = config.clusters;
  if (first === undefined) throw new Error('the kubeconfig has no cluster');
  change(first.cluster, config);
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

interface KubeconfigText {
  readonly clusters: readonly { readonly cluster: Record<string, unknown> }[];
  users: readonly object[];
}

function follow(kubeconfigPath: string, options: Partial<ReflectorOptions>): Reflector {
  const client = createKubeClient({ connection: connectionAt(kubeconfigPath) });
  const reflector = startReflector({
    client,
    path: configMaps.path,
    resource: 'configmaps',
    project: projectConfigMap,
    store: new Store<StoredConfigMap>(),
    handler: log,
    options: { ...FAST, ...options },
  });
  endings.push(
    () => client.close(),
    () => reflector.stop(),
  );
  return reflector;
}

/** A ServiceAccount that may follow the ConfigMaps of its namespace, created anew: earlier tokens are refused. */
async function newAccountToken(): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await admin.request({ method: 'DELETE', path: `${accounts}/watcher`, expected: [404] });
  await admin.request({ method: 'POST', path: accounts, body: { metadata: { name: 'watcher' } } });
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const answer = await admin.request({ method: 'POST', path: `${accounts}/watcher/token`, body });
  return (answer.body as { status: { token: string } }).status.token;
}

async function allowToFollow(): Promise<void> {
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const metadata = { name: 'watcher' };
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] }];
  await admin.request({ method: 'POST', path: `${rbac}/roles`, body: { metadata, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'watcher' };
  const subjects = [{ kind: 'ServiceAccount', name: 'watcher', namespace }];
  await admin.request({
    method: 'POST',
    path: `${rbac}/rolebindings`,
    body: { metadata, roleRef, subjects },
  });
}

describe('credentials that rotate under a reflector', () => {
  it('a token that is refused is read again from its file, and the watch resumes without a list', async () => {
    await allowToFollow();
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, await newAccountToken());
    const path = writeKubeconfig((_cluster, config) => {
      const [user] = config.users as { name: string; user: object }[];
      config.users = [{ ...user, user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } }];
    });
    // The server ends each watch after a second, so the next one shows its token soon.
    const reflector = follow(path, { watchSeconds: [1, 1] });
    await reflector.synced;
    const token = await newAccountToken();
    await eventually(() => reflector.stats.watches >= 3);
    writeFileSync(tokenFile, token);
    await configMaps.create('after');
    await eventually(() => log.lines.includes('add after=first'));
    expect(reflector.stats.relists).toEqual({ initial: 1 });
  });

  it('a CA file that is replaced together with the certificate of the server is taken up', async () => {
    const proxy = await startKubeProxy(inject('kubeconfigPath'));
    endings.push(() => proxy.stop());
    const issue = (name: string) => {
      const authority = issueCertificate({ commonName: name, usage: 'authority' });
      const server = { commonName: 'api', usage: 'server', hosts: ['127.0.0.1'], issuer: authority } as const;
      const { certificate, privateKey } = issueCertificate(server);
      return { ca: authority.certificate, tls: { cert: certificate, key: privateKey } };
    };
    const before = issue('before');
    const front = createServer(before.tls, (request, response) => {
      const forwarded = httpRequest(`${proxy.url}${request.url}`, { headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      });
      forwarded.on('error', () => response.destroy());
      response.on('close', () => forwarded.destroy());
      forwarded.end();
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    endings.push(
      () => new Promise((resolve) => front.close(resolve)),
      () => front.closeAllConnections(),
    );
    const caFile = join(folder, 'ca.crt');
    writeFileSync(caFile, before.ca);
    const path = writeKubeconfig((cluster) => {
      cluster.server = `https://127.0.0.1:${(front.address() as AddressInfo).port}`;
      delete cluster['certificate-authority-data'];
      cluster['certificate-authority'] = caFile;
    });
    const reflector = follow(path, {});
    await reflector.synced;
    await eventually(() => proxy.watches.length === 1);

    const after = issue('after');
    front.setSecureContext(after.tls);
    front.closeAllConnections();
    // Refused while the file still names the old authority.
    await eventually(() => reflector.stats.watches >= 2);
    writeFileSync(caFile, after.ca);
    await configMaps.create('after');
    await eventually(() => log.lines.includes('add after=first'));
    expect(reflector.stats.relists).toEqual({ initial: 1 });
  });
});
