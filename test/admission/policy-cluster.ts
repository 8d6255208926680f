import { expect, vi } from 'vitest';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';
import { type CustomResource, collection } from '../crds/custom-resource.ts';
import { installCrdsOn } from '../crds/kubectl.ts';
import { type ApiAnswer, apiServerOf, type CallApi, type Requester } from './api-server.ts';
import {
  authorWhoReads,
  NAMESPACE,
  OPERATOR_NAMESPACE,
  OTHER_NAMESPACE,
  rightsManifest,
  untilRightsHold,
} from './rights.ts';

/**
 * A control plane of its own with the CRDs, the policies of `deploy/admission` and the rights of rights.ts.
 * Policies hold for a whole cluster, so they would disturb tests that share one.
 */
export interface PolicyCluster {
  readonly plane: ControlPlane;
  readonly callApi: CallApi;
  /** Asks whether a resource may be created. Nothing is stored. */
  tryCreate(resource: CustomResource, as: Requester): Promise<ApiAnswer>;
  /** Stores a resource as an administrator, whom the policies let pass. */
  store(resource: CustomResource): Promise<void>;
  /** Asks whether a stored resource may be changed by a merge patch. Nothing is stored. */
  tryPatch(resource: CustomResource, patch: unknown, as: Requester): Promise<ApiAnswer>;
  /** Applies a folder of the checkout with kustomize. */
  applyFolder(folder: string): Promise<void>;
  stop(): Promise<void>;
}

const DRY_RUN = '?dryRun=All&fieldValidation=Strict';
const root = new URL('../../', import.meta.url);

/** Resolves when rights and policies are in force; `probes` are resources that a policy has to refuse. */
export async function startPolicyCluster(probes: readonly CustomResource[]): Promise<PolicyCluster> {
  const plane = await startControlPlane({ log: console.error });
  const callApi = apiServerOf(plane);
  const cluster: PolicyCluster = {
    plane,
    callApi,
    tryCreate: (resource, as) =>
      callApi({ as, method: 'POST', path: `${collection(resource)}${DRY_RUN}`, body: resource }),
    store: async (resource) => {
      const { status, message } = await callApi({
        as: 'admin',
        method: 'POST',
        path: collection(resource),
        body: resource,
      });
      expect({ status, message }).toEqual({ status: 201, message: '' });
    },
    tryPatch: (resource, patch, as) => {
      const path = `${collection(resource)}/${resource.metadata.name}${DRY_RUN}`;
      return callApi({ as, method: 'PATCH', path, body: patch });
    },
    applyFolder: async (folder) => {
      await runKubectl(plane, ['apply', '-k', new URL(folder, root).pathname]);
    },
    stop: () => plane.stop(),
  };
  try {
    const namespaces = [NAMESPACE, OTHER_NAMESPACE, OPERATOR_NAMESPACE].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }));
    const list = { apiVersion: 'v1', kind: 'List', items: [...namespaces, ...rightsManifest()] };
    await runKubectl(plane, ['apply', '-f', '-'], JSON.stringify(list));
    await installCrdsOn(plane);
    await cluster.applyFolder('deploy/admission');
    await untilRightsHold(callApi);
    await untilRefused(cluster, probes);
  } catch (error) {
    await plane.stop();
    throw error;
  }
  return cluster;
}

/**
 * Waits until an author, who may read these Secrets only, is refused these resources: the API server learns of
 * policies and bindings by watches.
 */
export async function untilRefused(
  { tryCreate }: PolicyCluster,
  probes: readonly CustomResource[],
  ...secrets: string[]
): Promise<void> {
  for (const probe of probes) {
    await vi.waitFor(
      async () => {
        const { message } = await tryCreate(probe, authorWhoReads(...secrets));
        expect(message).toContain('ValidatingAdmissionPolicy');
      },
      { timeout: 30_000, interval: 100 },
    );
  }
}
