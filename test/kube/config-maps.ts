import type { KubeClient } from '../../src/kube/kube-client.ts';
import { identityOf, type ObjectIdentity } from '../../src/kube/object-identity.ts';
import type { ReflectorHandler } from '../../src/kube/store-feed.ts';

/** ConfigMaps stand for any collection in tests of the machinery. */
export interface StoredConfigMap {
  readonly metadata: ObjectIdentity;
  readonly value: string | undefined;
}

export function projectConfigMap(raw: unknown): StoredConfigMap | undefined {
  const metadata = identityOf(raw);
  if (metadata === undefined) return undefined;
  return { metadata, value: (raw as { data?: { value?: string } }).data?.value };
}

function configMapsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

/** Writes ConfigMaps of one namespace, past every proxy. */
export class ConfigMaps {
  readonly path: string;
  readonly #client: KubeClient;

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.path = configMapsPath(namespace);
  }

  async create(name: string, value = 'first'): Promise<void> {
    await this.#client.request({
      method: 'POST',
      path: this.path,
      body: { metadata: { name }, data: { value } },
    });
  }

  async change(name: string, value: string): Promise<void> {
    await this.#client.request({
      method: 'PATCH',
      path: `${this.path}/${name}`,
      contentType: 'application/merge-patch+json',
      body: { data: { value } },
    });
  }

  async delete(name: string): Promise<void> {
    await this.#client.request({ method: 'DELETE', path: `${this.path}/${name}` });
  }
}

/** Writes down what a handler is told, as `add a=first`, `update a=second`, `delete a`. */
export class HandlerLog implements ReflectorHandler<StoredConfigMap> {
  readonly lines: string[] = [];
  readonly initial: string[] = [];

  onAdd({ metadata, value }: StoredConfigMap, { initial }: { initial: boolean }): void {
    if (initial) this.initial.push(metadata.name);
    else this.lines.push(`add ${metadata.name}=${value}`);
  }

  onUpdate(_previous: StoredConfigMap, { metadata, value }: StoredConfigMap): void {
    this.lines.push(`update ${metadata.name}=${value}`);
  }

  onDelete({ metadata }: StoredConfigMap): void {
    this.lines.push(`delete ${metadata.name}`);
  }
}
