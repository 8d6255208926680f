import type {
  Caches,
  EventToRecord,
  Kubernetes,
  ResourceByKind,
  ResourceKind,
  ResourceName,
  SecretRead,
  WriteResult,
  WriteTarget,
} from '../../src/controller/kubernetes.ts';

type Resource = ResourceByKind[ResourceKind];

/** A write as it arrived at the API server. */
export interface SeenWrite {
  readonly what: 'status' | 'finalizers';
  readonly name: string;
}

/** An API server that is a map, and caches that may lag behind it. */
export class InMemoryKubernetes implements Kubernetes, Caches {
  readonly writes: SeenWrite[] = [];
  readonly events: EventToRecord[] = [];
  readonly secretReads: string[] = [];
  readonly configMaps = new Map<string, string | 'forbidden' | 'noKey'>();
  readonly labels = new Map<string, Readonly<Record<string, string>>>();
  /** False: the caches do not see what is written until {@link deliver}. */
  isDelivering = true;
  /** Thrown by the next calls of this name, each once. */
  readonly failures: { readonly call: keyof Kubernetes; readonly error: unknown }[] = [];
  /** Hears of each call by its name. */
  onCall: (call: keyof Kubernetes) => void = () => {};
  readonly #stored = new Map<string, Resource>();
  readonly #cached = new Map<string, Resource>();
  readonly #secrets = new Map<string, SecretRead | 'forbidden'>();
  #version = 100;

  /** Creates or replaces a resource as a user does: `generation` is the caller's. */
  apply(resource: Resource): void {
    const { metadata } = resource;
    this.#store({
      ...resource,
      metadata: { ...metadata, resourceVersion: String(++this.#version) },
    } as Resource);
  }

  delete(resource: Resource): void {
    this.#stored.delete(keyOf(resource.kind, resource.metadata));
    this.#cached.delete(keyOf(resource.kind, resource.metadata));
  }

  secret(
    path: string,
    data: Readonly<Record<string, string>> | 'forbidden' | undefined,
    annotations: Readonly<Record<string, string>> = {},
  ): void {
    if (data === undefined) this.#secrets.delete(path);
    else if (data === 'forbidden') this.#secrets.set(path, data);
    else {
      this.#secrets.set(path, {
        uid: `uid of ${path}`,
        resourceVersion: String(++this.#version),
        data: new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)])),
        annotations: new Map(Object.entries(annotations)),
      });
    }
  }

  /** The caches catch up. */
  deliver(): void {
    for (const [key, resource] of this.#stored) this.#cached.set(key, resource);
  }

  /** What is stored, past every cache. */
  stored<K extends ResourceKind>(kind: K, namespace: string, name: string): ResourceByKind[K] {
    const found = this.#stored.get(keyOf(kind, { namespace, name }));
    if (found === undefined) throw new Error(`${kind} ${namespace}/${name} is not stored`);
    return found as ResourceByKind[K];
  }

  get<K extends ResourceKind>(kind: K, namespace: string, name: string): ResourceByKind[K] | undefined {
    return this.#cached.get(keyOf(kind, { namespace, name })) as ResourceByKind[K] | undefined;
  }

  list<K extends ResourceKind>(kind: K): Iterable<ResourceByKind[K]> {
    return [...this.#cached.values()].filter((resource) => resource.kind === kind) as ResourceByKind[K][];
  }

  secretVersion(namespace: string, name: string) {
    const secret = this.#secrets.get(`${namespace}/${name}`);
    return secret === undefined || secret === 'forbidden' ? undefined : secret;
  }

  namespaceLabels(namespace: string) {
    return this.labels.get(namespace);
  }

  async writeStatus(
    target: WriteTarget,
    previous: object,
    next: object,
    options: { readonly resourceVersion?: string } = {},
  ): Promise<WriteResult> {
    this.#mayFail('writeStatus');
    if (JSON.stringify(sorted(previous)) === JSON.stringify(sorted(next))) return { outcome: 'unchanged' };
    this.writes.push({ what: 'status', name: target.name });
    return this.#write(
      target,
      options.resourceVersion,
      (resource) => ({ ...resource, status: next }) as Resource,
    );
  }

  async writeFinalizers(
    target: WriteTarget,
    finalizers: readonly string[],
    resourceVersion: string,
  ): Promise<WriteResult> {
    this.#mayFail('writeFinalizers');
    this.writes.push({ what: 'finalizers', name: target.name });
    return this.#write(target, resourceVersion, (resource) => {
      const metadata = { ...resource.metadata, finalizers: [...finalizers] };
      return { ...resource, metadata } as Resource;
    });
  }

  async readResource<K extends ResourceKind>(name: ResourceName & { readonly kind: K }) {
    this.#mayFail('readResource');
    const found = this.#stored.get(keyOf(name.kind, name));
    return found === undefined ? 'notFound' : (found as ResourceByKind[K]);
  }

  async readSecret(namespace: string, name: string): Promise<SecretRead | 'notFound' | 'forbidden'> {
    this.#mayFail('readSecret');
    this.secretReads.push(`${namespace}/${name}`);
    return this.#secrets.get(`${namespace}/${name}`) ?? 'notFound';
  }

  async readConfigMapKey(namespace: string, name: string, key: string) {
    this.#mayFail('readConfigMapKey');
    return this.configMaps.get(`${namespace}/${name}/${key}`) ?? 'notFound';
  }

  recordEvent(event: EventToRecord): void {
    this.events.push(event);
  }

  #write(
    target: WriteTarget,
    resourceVersion: string | undefined,
    change: (resource: Resource) => Resource,
  ): WriteResult {
    const present = this.#stored.get(keyOf(target.kind, target));
    if (present === undefined) return { outcome: 'gone' };
    const { metadata } = present;
    if (metadata.uid !== target.uid) return { outcome: 'conflict' };
    if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
      return { outcome: 'conflict' };
    const version = String(++this.#version);
    const changed = change(present);
    const next = { ...changed, metadata: { ...changed.metadata, resourceVersion: version } } as Resource;
    const isGone = metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    if (isGone) this.delete(next);
    else this.#store(next);
    return { outcome: 'written', resourceVersion: version, generation: metadata.generation };
  }

  #store(resource: Resource): void {
    this.#stored.set(keyOf(resource.kind, resource.metadata), resource);
    if (this.isDelivering) this.#cached.set(keyOf(resource.kind, resource.metadata), resource);
  }

  #mayFail(call: keyof Kubernetes): void {
    this.onCall(call);
    const at = this.failures.findIndex((failure) => failure.call === call);
    const [found] = at < 0 ? [] : this.failures.splice(at, 1);
    if (found !== undefined) throw found.error;
  }
}

function keyOf(
  kind: ResourceKind,
  { namespace = '', name }: { readonly namespace?: string; readonly name: string },
): string {
  return `${kind} ${namespace}/${name}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
