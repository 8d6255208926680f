import { describe, expect, it } from 'vitest';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import { parentRecord } from '../../src/controller/parent-record.ts';
import { manage } from '../../src/core/managed-resource.ts';
import { sealStatus } from '../../src/core/seal.ts';
import { INSTALL_KEY } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { credential } from './declared-resources.ts';
import { InMemoryKubernetes } from './in-memory-kubernetes.ts';

const status = { id: '11', identifier: 'p', connectionFingerprint: 'here' };
const sealed = { ...status, seal: sealStatus(INSTALL_KEY, 'uid of parent', status) };

function child(name: string, parent: string | undefined, said?: PamCredential['status'], namespace = 'shop') {
  const spec = parent === undefined ? {} : { parentRef: { name: parent } };
  return credential(spec, { name, namespace, uid: `uid of ${name}` }, said);
}

const rows: {
  because: string;
  others: PamCredential[];
  resource?: PamCredential;
  expected: object | undefined;
}[] = [
  { because: 'a parent that is there', others: [child('parent', undefined, sealed)], expected: { id: '11' } },
  { because: 'none that is asked for', others: [], resource: child('c', undefined), expected: undefined },
  { because: 'a parent that is not there', others: [], expected: {} },
  { because: 'a parent without a record', others: [child('parent', undefined)], expected: {} },
  {
    because: 'a forged id: PAM would log in with the record of somebody else',
    others: [child('parent', undefined, { ...sealed, id: '7' })],
    expected: {},
  },
  {
    because: 'an id without a seal',
    others: [child('parent', undefined, status)],
    expected: {},
  },
  {
    because: 'a parent of the same name in another namespace',
    others: [child('parent', undefined, sealed, 'other')],
    expected: {},
  },
  { because: 'a child of itself', others: [], resource: child('c', 'c'), expected: { cycle: ['c'] } },
  {
    because: 'two that are the parent of each other',
    others: [child('parent', 'c', sealed)],
    expected: { cycle: ['c', 'parent'] },
  },
  {
    because: 'a round of three',
    others: [child('parent', 'q', sealed), child('q', 'c')],
    expected: { cycle: ['c', 'parent', 'q'] },
  },
  {
    because: 'a round that this one is no part of: it waits for its parent only',
    others: [child('parent', 'q', sealed), child('q', 'parent')],
    expected: { id: '11' },
  },
];

describe('the record of a parent', () => {
  it.each(rows)('$because', ({ others, resource = child('c', 'parent'), expected }) => {
    const kubernetes = new InMemoryKubernetes();
    for (const each of [...others, resource]) kubernetes.apply(each);
    expect(parentRecord(manage(resource), 'here', INSTALL_KEY, kubernetes, undefined)).toEqual(expected);
  });

  it('in another PAM Core says nothing: its id is another record here', () => {
    const kubernetes = new InMemoryKubernetes();
    kubernetes.apply(child('parent', undefined, sealed));
    expect(
      parentRecord(manage(child('c', 'parent')), 'elsewhere', INSTALL_KEY, kubernetes, undefined),
    ).toEqual({});
  });

  it.each([
    {
      because: 'as the parent has it',
      list: anInventory().with({ id: '11', identifier: 'P' }),
      expected: { id: '11' },
    },
    { because: 'not at all: it may be hidden', list: anInventory(), expected: { id: '11' } },
    {
      because: 'under another identifier: PAM would log in with the record of somebody else',
      list: anInventory().with({ id: '11', identifier: 'of-the-bank' }),
      expected: {},
    },
  ])('in a list that shows its id $because', ({ list, expected }) => {
    const kubernetes = new InMemoryKubernetes();
    kubernetes.apply(child('parent', undefined, sealed));
    const resource = manage(child('c', 'parent'));
    expect(parentRecord(resource, 'here', INSTALL_KEY, kubernetes, list.index())).toEqual(expected);
  });
});
