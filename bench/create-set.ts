import { credential, credentialPath, namesOf, type SetName, secret, secretPath } from './objects.ts';
import { concurrently } from './paced.ts';
import type { World } from './world.ts';

/** Creators at the same time: as many as reconcile, so that neither side waits for the other for long. */
const CREATORS = 10;

/** Creates the resources of a set, each after its Secret, unless they are there. */
export async function createSet(
  world: World,
  set: SetName,
  onCreated: (name: string) => void = () => undefined,
): Promise<void> {
  const names = namesOf(world.options.resources);
  if (world.created.has(set)) return names.forEach(onCreated);
  world.created.add(set);
  await concurrently(names, CREATORS, async (name) => {
    await createOne(world, set, name);
    onCreated(name);
  });
}

export async function createOne({ api }: World, namespace: string, name: string): Promise<void> {
  await api.call('POST', secretPath(namespace), secret(namespace, name, `${name}-password-0`));
  await api.call('POST', credentialPath(namespace), credential(namespace, name));
}
