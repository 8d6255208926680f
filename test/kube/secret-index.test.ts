import { describe, expect, it } from 'vitest';
import type { Identified } from '../../src/kube/object-identity.ts';
import { createSecretIndex, type NamespacedName } from '../../src/kube/secret-index.ts';

interface Resource extends Identified {
  readonly secrets: readonly string[];
}

function resource(name: string, secrets: readonly string[], uid = `uid-${name}`): Resource {
  return { metadata: { namespace: 'n', name, uid, resourceVersion: '1' }, secrets };
}

function open() {
  const index = createSecretIndex<Resource>(({ metadata, secrets }) =>
    secrets.map((name) => ({ namespace: metadata.namespace, name })),
  );
  const woken: string[][] = [];
  index.onSecretChanged((resources) => woken.push(resources.map(({ name }) => name)));
  const change = (name: string, namespace = 'n'): NamespacedName => ({ namespace, name });
  return { index, woken, change };
}

describe('from a Secret to its resources', () => {
  it('a Secret wakes all that reference it, once each, and nobody else', () => {
    const { index, woken, change } = open();
    index.resourceChanged(resource('a', ['s1', 's1', 's2']));
    index.resourceChanged(resource('b', ['s1']));
    index.secretChanged(change('s1'));
    index.secretChanged(change('s2'));
    index.secretChanged(change('s3'));
    index.secretChanged(change('s1', 'other'));
    expect(woken).toEqual([['a', 'b'], ['a']]);
  });

  it('a reference that was removed or moved counts no longer', () => {
    const { index, change } = open();
    index.resourceChanged(resource('a', ['s1']));
    index.resourceChanged(resource('a', ['s2']));
    expect(index.resourcesOf(change('s1'))).toEqual([]);
    expect(index.resourcesOf(change('s2'))).toEqual([{ namespace: 'n', name: 'a' }]);
    index.resourceDeleted(resource('a', []));
    expect(index.resourcesOf(change('s2'))).toEqual([]);
  });

  it('the late deletion of an older resource of the name leaves the newer one', () => {
    const { index, change } = open();
    index.resourceChanged(resource('a', ['s1'], 'new'));
    index.resourceDeleted(resource('a', ['s1'], 'old'));
    expect(index.resourcesOf(change('s1'))).toEqual([{ namespace: 'n', name: 'a' }]);
  });
});
