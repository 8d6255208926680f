import { describe, expect, it } from 'vitest';
import { projectNamespaceLabels } from '../../src/kube/namespace-labels.ts';
import { projectResource } from '../../src/kube/resource-projection.ts';

const metadata = {
  name: 'a',
  namespace: 'n',
  uid: 'u',
  resourceVersion: '5',
  generation: 2,
  creationTimestamp: '2026-11-24T00:00:00Z',
};

function edited(entries: readonly object[]): string | undefined {
  return projectResource('PamCredential', { metadata: { ...metadata, managedFields: entries }, spec: {} })
    ?.metadata.lastEditor;
}

describe('projection of a custom resource', () => {
  it('keeps what the operator reads and drops the rest', () => {
    const raw = {
      apiVersion: 'other/v1',
      kind: 'Other',
      metadata: {
        ...metadata,
        labels: { a: 'b' },
        selfLink: '/x',
        finalizers: ['pam-operator.io/finalizer', 7],
        annotations: {
          'pam-operator.io/force-sync': '1',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
        },
        deletionTimestamp: '2026-11-25T00:00:00Z',
        managedFields: [{ manager: 'kubectl', time: '2026-11-24T00:00:00Z', fieldsV1: {} }],
      },
      spec: { username: 'svc' },
      status: { id: '1' },
      extra: true,
    };
    expect(projectResource('PamCredential', raw)).toEqual({
      apiVersion: 'pam-operator.io/v1alpha1',
      kind: 'PamCredential',
      metadata: {
        ...metadata,
        finalizers: ['pam-operator.io/finalizer'],
        annotations: { 'pam-operator.io/force-sync': '1' },
        deletionTimestamp: '2026-11-25T00:00:00Z',
        lastEditor: 'kubectl',
      },
      spec: { username: 'svc' },
      status: { id: '1' },
    });
  });

  const editors = [
    { because: 'nobody is known', entries: [], editor: undefined },
    {
      because: 'the newest entry counts, in whatever order',
      entries: [
        { manager: 'argocd', time: '2026-11-24T02:00:00Z' },
        { manager: 'kubectl', time: '2026-11-24T01:00:00Z' },
      ],
      editor: 'argocd',
    },
    {
      because: 'a status write edits nothing',
      entries: [
        { manager: 'kubectl', time: '2026-11-24T01:00:00Z' },
        { manager: 'someone', time: '2026-11-24T02:00:00Z', subresource: 'status' },
      ],
      editor: 'kubectl',
    },
    {
      because: "the operator's own finalizer does not hide the editor",
      entries: [
        { manager: 'kubectl', time: '2026-11-24T01:00:00Z' },
        { manager: 'pam-operator', time: '2026-11-24T02:00:00Z' },
      ],
      editor: 'kubectl',
    },
    { because: 'garbage is passed over', entries: [{}, { manager: 7 }], editor: undefined },
    { because: 'a long name is cut', entries: [{ manager: 'x'.repeat(500) }], editor: 'x'.repeat(128) },
  ];
  it.each(editors)('last editor: $because', ({ entries, editor }) => {
    expect(edited(entries)).toBe(editor);
  });

  it.each([
    { because: 'null', raw: null },
    { because: 'no spec', raw: { metadata } },
    { because: 'no uid', raw: { metadata: { ...metadata, uid: undefined }, spec: {} } },
  ])('$because is no resource', ({ raw }) => {
    expect(projectResource('PamCredential', raw)).toBeUndefined();
  });

  it('a cluster-scoped resource has the empty namespace', () => {
    const { namespace: _, ...clusterScoped } = metadata;
    expect(projectResource('PamConnection', { metadata: clusterScoped, spec: {} })?.metadata.namespace).toBe(
      '',
    );
  });

  it('a namespace is its labels', () => {
    expect(
      projectNamespaceLabels({ metadata: { ...metadata, labels: { team: 'a', broken: 7 } } })?.labels,
    ).toEqual({
      team: 'a',
    });
  });
});
