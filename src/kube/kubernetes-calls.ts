import type { EventRecorder } from './event-recorder.ts';
import type { KubeClient } from './kube-client.ts';
import { mergePatch } from './merge-patch.ts';
import { readConfigMap } from './read-config-map.ts';
import { readResource } from './read-resource.ts';
import { RESOURCE_API, type ResourceKind } from './resource-path.ts';
import type { ResourceOf } from './resource-projection.ts';
import { createSecretReader } from './secret-reader.ts';
import { createStatusWriter, type WriteTarget } from './status-writer.ts';

/** A resource that an Event is about. */
interface EventSubject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
}

/**
 * The calls to the API server that a reconcile makes, each of which throws `KubeError` and nothing else.
 *
 * @param mayWrite asked right before each write
 */
export function createKubernetesCalls(client: KubeClient, events: EventRecorder, mayWrite: () => boolean) {
  const writer = createStatusWriter(client, mayWrite);
  const secrets = createSecretReader(client);
  return {
    writeStatus: (
      target: WriteTarget & { readonly uid: string },
      previous: object,
      next: object,
      options: { readonly resourceVersion?: string } = {},
    ) => writer.patchStatus(target, mergePatch(previous, next), options),
    writeFinalizers: (target: WriteTarget, finalizers: readonly string[], resourceVersion: string) =>
      writer.patchFinalizers(target, finalizers, { resourceVersion }),
    readResource: <K extends ResourceKind>(name: {
      readonly kind: K;
      readonly namespace: string;
      readonly name: string;
    }): Promise<ResourceOf[K] | 'notFound'> => readResource(client, name),
    readSecret: (namespace: string, name: string) => secrets.readSecret(namespace, name),
    readConfigMapKey: async (namespace: string, name: string, key: string) => {
      const read = await readConfigMap(client, namespace, name);
      return typeof read === 'string' ? read : (read.data.get(key) ?? 'noKey');
    },
    recordEvent: (event: {
      readonly resource: EventSubject;
      readonly type: 'Normal' | 'Warning';
      readonly reason: string;
      readonly action: string;
      readonly note: string;
    }) => {
      const { resource, ...rest } = event;
      const { name, namespace = '', uid } = resource.metadata;
      events.record({
        ...rest,
        regarding: { apiVersion: RESOURCE_API, kind: resource.kind, namespace, name, uid },
      });
    },
  };
}
