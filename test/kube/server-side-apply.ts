import type { KubeClient } from '../../src/kube/kube-client.ts';
import { type NamedObject, objectPath } from './object-path.ts';

/** What a refusal is answered with; its Status tells why. 500 is the answer to a field that no schema has. */
const REFUSALS = [400, 403, 404, 409, 422, 500];

/**
 * What `kubectl apply --server-side` does, one object after the other: kubectl itself costs as much as a hundred calls
 * each time it starts. @throws Error with the API server's words where it refuses one
 */
export async function serverSideApply(client: KubeClient, objects: readonly object[]): Promise<void> {
  for (const object of objects as readonly NamedObject[]) {
    const { status, body } = await client.request({
      method: 'PATCH',
      path: objectPath(object),
      query: { fieldManager: 'kubectl', fieldValidation: 'Strict' },
      contentType: 'application/apply-patch+yaml',
      body: object,
      expected: REFUSALS,
    });
    if (status >= 300) throw new Error((body as { readonly message: string }).message);
  }
}
