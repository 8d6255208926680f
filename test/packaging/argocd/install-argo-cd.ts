import { join } from 'node:path';
import type { PackagingCluster } from '../packaging-cluster.ts';
import { documentedCommand } from './documented-application.ts';

export const ARGO_NAMESPACE = 'argocd';

/**
 * What Argo CD's own manifests put into a cluster, without its Deployments: definitions, settings, accounts and their
 * rights. Then our part, as docs/argocd.md says.
 * @param sources Argo CD's module
 */
export async function installArgoCd({ apply, kubectl }: PackagingCluster, sources: string): Promise<void> {
  const manifests = join(sources, 'manifests');
  const into = ['-n', ARGO_NAMESPACE, '--server-side'];
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ARGO_NAMESPACE } });
  await kubectl('apply', ...into, '-k', join(manifests, 'crds'));
  await kubectl('apply', ...into, '-k', join(manifests, 'base/config'));
  await kubectl('apply', ...into, '-k', join(manifests, 'base/application-controller-roles'));
  await kubectl('apply', ...into, '-k', join(manifests, 'cluster-rbac'));
  const server = ['role', 'rolebinding', 'sa'].flatMap((part) => [
    '-f',
    join(manifests, `base/server/argocd-server-${part}.yaml`),
  ]);
  await kubectl('apply', ...into, ...server);
  await kubectl('wait', '--for=condition=Established', 'crd/applications.argoproj.io', '--timeout=30s');
  await apply(
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: ARGO_NAMESPACE },
      spec: {
        sourceRepos: ['*'],
        destinations: [{ namespace: '*', server: '*' }],
        clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'argocd-redis', namespace: ARGO_NAMESPACE },
      stringData: { auth: '' },
    },
  );
  await kubectl(
    ...documentedCommand(
      'kubectl --namespace argocd patch configmap argocd-cm --type merge --patch-file deploy/argocd/argocd-cm.yaml',
    ),
  );
}
