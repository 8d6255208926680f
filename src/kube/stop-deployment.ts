import type { KubeClient } from './kube-client.ts';
import { namespaceName, objectName } from './kube-name.ts';

/**
 * Scales a Deployment to no Pod, by its subresource `scale`: that needs no right to change the Deployment itself.
 * @returns `absent` where there is no such Deployment
 * @throws KubeError, RangeError where a name is not valid
 */
export async function stopDeployment(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<'stopped' | 'absent'> {
  const { status } = await client.request({
    method: 'PATCH',
    path: `/apis/apps/v1/namespaces/${namespaceName(namespace)}/deployments/${objectName(name)}/scale`,
    body: { spec: { replicas: 0 } },
    contentType: 'application/merge-patch+json',
    resource: 'deployments/scale',
    expected: [404],
    signal,
  });
  return status === 404 ? 'absent' : 'stopped';
}
