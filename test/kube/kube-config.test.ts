import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKubeConfig } from '../../src/kube/kube-config.ts';

const CANARY = 'canary-token-77aa';

function config(cluster: string, context = 'c'): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: ${cluster}}]
users: [{name: u, user: {token: ${CANARY}}}]
contexts: [{name: c, context: {cluster: c, user: u, namespace: team-a}}]
current-context: ${context}
`;
}

describe('kubeconfig', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pam-operator-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function load(text: string) {
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, text);
    return loadKubeConfig({ kubeconfig: path });
  }

  const refused = [
    { because: 'broken YAML', text: `a: [${CANARY}`, problem: /no valid kubeconfig/ },
    { because: 'an empty file', text: '', problem: /no valid kubeconfig/ },
    {
      because: 'a context that does not exist',
      text: config('{server: "https://a"}', 'other'),
      problem: /names no cluster/,
    },
    { because: 'an address that is no URL', text: config('{server: "nonsense"}'), problem: /no URL/ },
    { because: 'another scheme', text: config('{server: "ftp://a"}'), problem: /https/ },
    { because: 'plain http off loopback', text: config('{server: "http://10.0.0.1"}'), problem: /loopback/ },
    {
      because: 'a SOCKS proxy',
      text: config('{server: "https://a", proxy-url: "socks5://b:1"}'),
      problem: /proxy-url/,
    },
  ];

  it.each(refused)('$because is refused in one sentence', ({ text, problem }) => {
    const loaded = load(text);
    if (!('problem' in loaded)) throw new Error('was accepted');
    expect(loaded.problem).toMatch(problem);
    expect(loaded.problem).not.toContain(CANARY);
  });

  it('a file that is not there is named', () => {
    const path = join(folder, 'absent');
    expect(loadKubeConfig({ kubeconfig: path })).toEqual({
      problem: `The Kubernetes configuration (${path}) cannot be used: the file does not exist.`,
    });
  });

  const accepted = [
    {
      because: 'https',
      cluster: '{server: "https://a:6443"}',
      seen: { origin: 'https://a:6443', pathPrefix: '', insecure: false },
    },
    {
      because: 'a path in front',
      cluster: '{server: "https://a/k8s/clusters/c-1/"}',
      seen: { origin: 'https://a', pathPrefix: '/k8s/clusters/c-1' },
    },
    {
      because: 'http on loopback',
      cluster: '{server: "http://127.0.0.1:80"}',
      seen: { origin: 'http://127.0.0.1' },
    },
    {
      because: 'no check of the certificate, which is told',
      cluster: '{server: "https://a", insecure-skip-tls-verify: true}',
      seen: { insecure: true },
    },
    {
      because: 'an HTTP proxy',
      cluster: '{server: "https://a", proxy-url: "http://b:1"}',
      seen: { proxyUrl: 'http://b:1' },
    },
  ];

  it.each(accepted)('$because is accepted', ({ cluster, seen }) => {
    const loaded = load(config(cluster));
    if ('problem' in loaded) throw new Error(loaded.problem);
    expect(loaded.connection).toMatchObject({ namespace: 'team-a', ...seen });
  });

  it('KUBECONFIG counts where no file is given', () => {
    const before = process.env.KUBECONFIG;
    const path = join(folder, 'from-environment');
    writeFileSync(path, config('{server: "https://from-environment"}'));
    process.env.KUBECONFIG = path;
    try {
      const loaded = loadKubeConfig();
      expect('connection' in loaded && loaded.connection.origin).toBe('https://from-environment');
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    }
  });
});
