import type { KubeClient } from '../../src/kube/kube-client.ts';

/** What `kubectl patch --type=merge` does to the object of a path. */
export async function mergePatchObject(client: KubeClient, path: string, body: object): Promise<void> {
  await client.request({
    method: 'PATCH',
    path,
    query: { fieldManager: 'kubectl-patch', fieldValidation: 'Strict' },
    contentType: 'application/merge-patch+json',
    body,
  });
}
