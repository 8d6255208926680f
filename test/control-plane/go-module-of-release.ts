import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GO_MODULE_DIRECTORY } from './kubernetes-release.ts';

/**
 * Writes the Go module that builds another release than the pinned one into `directory`, as far as Kubernetes'
 * own go.mod tells: every staging module in the version of the release, and etcd in the version of the client
 * that the release was compiled against, because a newer one would raise the release's own dependencies.
 * `go mod tidy` has to complete it.
 */
export function writeGoModule(directory: string, version: string, kubernetesGoMod: string): void {
  const upstream = readFileSync(kubernetesGoMod, 'utf8');
  const go = /^go (\S+)$/m.exec(upstream)?.[1];
  const etcd = /^\s*go\.etcd\.io\/etcd\/client\/v3 (v\S+)/m.exec(upstream)?.[1];
  const staging = [...upstream.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map((match) => match[1]);
  if (go === undefined || etcd === undefined || staging.length === 0) {
    throw new Error(`go.mod of Kubernetes ${version} does not look as expected`);
  }
  const stagingVersion = `v${version.replace(/^1\./, '0.')}`;
  const lines = [
    'module pam-operator/test/control-plane',
    `go ${go}`,
    `require k8s.io/kubernetes v${version}`,
    `require go.etcd.io/etcd/server/v3 ${etcd}`,
    ...staging.map((name) => `replace ${name} => ${name} ${stagingVersion}`),
  ];
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'go.mod'), `${lines.join('\n')}\n`);
  copyFileSync(join(GO_MODULE_DIRECTORY, 'tools.go'), join(directory, 'tools.go'));
}
