import { beforeEach, describe, expect, it } from 'vitest';
import type { PamConnectionSpec } from '../../src/api/pam-connection.gen.ts';
import type { PamCredential } from '../../src/api/pam-credential.gen.ts';
import type { PamSshKey } from '../../src/api/pam-ssh-key.gen.ts';
import { ResourceClaims } from '../../src/controller/resource-claims.ts';
import { connectionFingerprint } from '../../src/core/digest.ts';
import { manage } from '../../src/core/managed-resource.ts';
import { sealStatus } from '../../src/core/seal.ts';
import { trustedResource } from '../../src/core/trusted-resource.ts';
import { INSTALL_KEY, OTHER_INSTALL_KEY } from '../support/situation/a-resource.ts';
import { connection, credential } from './declared-resources.ts';
import { InMemoryKubernetes } from './in-memory-kubernetes.ts';

type Status = NonNullable<PamCredential['status']>;

let kubernetes: InMemoryKubernetes;
let claims: ResourceClaims;

beforeEach(() => {
  kubernetes = new InMemoryKubernetes();
  claims = new ResourceClaims(kubernetes);
  kubernetes.apply(connection());
});

/** A credential of this name, uid and age; they all declare `svc` on `db1` unless told otherwise. */
function named(
  name: string,
  {
    day = 1,
    namespace = 'shop',
    ...spec
  }: Partial<PamCredential['spec']> & { day?: number; namespace?: string } = {},
  status?: Status,
): PamCredential {
  return credential(
    spec,
    { name, namespace, uid: `uid of ${name}`, creationTimestamp: `2026-03-0${day}T09:00:00Z` },
    status,
  );
}

function sealed(name: string, status: Status, key = INSTALL_KEY): Status {
  return { ...status, seal: sealStatus(key, `uid of ${name}`, status) };
}

const held = {
  id: '7',
  identifier: 'test_shop_held',
  connectionFingerprint: connectionFingerprint('https://pam.example.com', undefined),
};

/** All are there, in this order. */
function given(...resources: (PamCredential | PamSshKey)[]): void {
  for (const resource of resources) {
    kubernetes.apply(resource);
    claims.changed(resource);
  }
}

/** To whom each one loses. */
function rivalOf(resource: PamCredential | PamSshKey): string | undefined {
  return claims.rivalOf(trustedResource(manage(resource), INSTALL_KEY).resource, INSTALL_KEY)?.name;
}

function grants(...operations: NonNullable<PamConnectionSpec['grants']>[number]['operations']) {
  const target = { hostnames: ['*'], usernames: ['*'], identifiers: ['*'] };
  return { ...target, namespaces: { names: ['shop'] }, operations };
}

function aKey(name: string, spec: Partial<PamSshKey['spec']>, status?: PamSshKey['status']): PamSshKey {
  const { metadata } = named(name);
  const device = { hostname: 'elsewhere', ip: '10.0.0.9' };
  return {
    apiVersion: 'pam-operator.io/v1alpha1',
    kind: 'PamSshKey',
    metadata,
    spec: { username: 'key', device, ...spec },
    ...(status !== undefined && { status }),
  };
}

describe('of two resources for one record', () => {
  const pairs: {
    because: string;
    winner: PamCredential | PamSshKey;
    loser: PamCredential | PamSshKey;
  }[] = [
    { because: 'the older one has it', winner: named('a'), loser: named('b', { day: 2 }) },
    {
      because: 'the one that holds it has it, though younger',
      winner: named('held', { day: 3 }, sealed('held', held)),
      loser: named('b'),
    },
    {
      because: 'the one whose create is on its way has it',
      winner: named(
        'c',
        { day: 3 },
        sealed('c', { pending: { startedTime: '2026-03-01T09:00:00Z', digest: 'd' } }),
      ),
      loser: named('b'),
    },
    {
      because: 'a suspended one keeps its claim',
      winner: named('a', { suspend: true }),
      loser: named('b', { day: 2 }),
    },
    {
      because: 'a key and a credential with one identifier are two for one record',
      winner: named('a', { identifier: 'same' }),
      loser: { ...aKey('b', { identifier: 'SAME' }), metadata: named('b', { day: 2 }).metadata },
    },
    {
      because: 'an adopted identifier is claimed besides the derived one',
      winner: named('a', { username: 'x' }, sealed('a', { ...held, identifier: 'theirs' })),
      loser: named('b', { username: 'y', identifier: 'theirs' }),
    },
  ];
  it.each(pairs)('$because', ({ winner, loser }) => {
    given(winner, loser);
    expect({ winner: rivalOf(winner), loser: rivalOf(loser) }).toEqual({
      winner: undefined,
      loser: winner.metadata.name,
    });
  });

  it('a deleting one keeps its claim until it is gone', () => {
    const deleting = named('a');
    deleting.metadata = {
      ...deleting.metadata,
      deletionTimestamp: '2026-03-05T09:00:00Z',
      finalizers: ['f'],
    };
    const other = named('b', { day: 2 });
    given(deleting, other);
    expect(rivalOf(other)).toBe('a');
    kubernetes.delete(deleting);
    expect(claims.deleted(deleting)).toEqual(new Set(['PamCredential/shop/b']));
    expect(rivalOf(other)).toBeUndefined();
  });
});

describe('a claim is not', () => {
  it.each([
    { because: 'a target that no grant covers', status: undefined },
    { because: 'even where the record was held before the grant went', status: sealed('a', held) },
  ])('$because: nobody is blocked by it', ({ status }) => {
    kubernetes.apply(connection({ grants: [grants('Create')] }));
    const ungranted = named('a', { namespace: 'other' }, status);
    const granted = named('b', { day: 2 });
    given(ungranted, granted);
    expect(rivalOf(granted)).toBeUndefined();
    expect(rivalOf(ungranted), 'and who may not write loses').toBe('b');
  });

  it.each([
    { because: 'that the grant does not name', identifier: 'theirs', identifiers: ['mine*'] },
    { because: 'where the grant names none', identifier: 'theirs', identifiers: undefined },
    {
      because: 'that another resource derives, by a glob',
      identifier: 'test_shop_b',
      identifiers: ['*'],
    },
  ])('an explicit identifier $because: nobody is blocked by it', ({ identifier, identifiers }) => {
    const everything = { ...grants('Create', 'Update', 'Adopt'), namespaces: { names: ['squat'] } };
    const { identifiers: _, ...unnamed } = everything;
    const squat = identifiers === undefined ? unnamed : { ...unnamed, identifiers };
    kubernetes.apply(connection({ grants: [grants('Create'), squat] }));
    const squatter = named('a', { namespace: 'squat', username: 'x', identifier });
    const owner = named('b', { day: 2, ...(identifier === 'theirs' && { identifier }) });
    given(squatter, owner);
    expect(rivalOf(owner)).toBeUndefined();
    expect(rivalOf(squatter)).toBe('b');
  });

  it('a grant for toggles alone', () => {
    const target = { namespaces: { names: ['toggler'] }, hostnames: ['*'], usernames: ['*'] };
    const toggles = { ...target, operations: ['Enable' as const, 'Disable' as const, 'Adopt' as const] };
    kubernetes.apply(connection({ grants: [grants('Update'), toggles] }));
    const toggler = named('a', { namespace: 'toggler' });
    const writer = named('b', { day: 2 });
    given(toggler, writer);
    expect(rivalOf(writer)).toBeUndefined();
    expect(rivalOf(toggler)).toBe('b');
  });

  it.each([
    {
      because: 'an identifier that a status names without a seal',
      status: { ...held, identifier: 'theirs' },
    },
    {
      because: 'one under the seal of another resource',
      status: {
        ...held,
        identifier: 'theirs',
        seal: sealed('other', { ...held, identifier: 'theirs' }).seal,
      },
    },
    {
      because: 'one under the seal of another install key',
      status: sealed('a', { ...held, identifier: 'theirs' }, OTHER_INSTALL_KEY),
    },
  ])('$because', ({ status }) => {
    const forger = named('a', { username: 'x' }, status as Status);
    const victim = named('b', { day: 2, username: 'y', identifier: 'theirs' });
    given(forger, victim);
    expect(rivalOf(victim)).toBeUndefined();
  });

  it('an id that a status names without a seal: it does not make an older claim younger', () => {
    const forger = named('b', { day: 2 }, { ...held, seal: 'x' });
    given(named('a'), forger);
    expect(rivalOf(named('a'))).toBeUndefined();
    expect(rivalOf(forger)).toBe('a');
  });

  it.each([
    { because: 'made on another PAM Core', url: 'https://pam2.example.com', rival: undefined },
    { because: 'another one for the default port', url: 'https://PAM.example.com:443', rival: 'a' },
  ])('$because', ({ url, rival }) => {
    kubernetes.apply(connection({ url, identifierPrefix: 'second' }, { name: 'second' }));
    given(named('a'), named('b', { day: 2, connection: 'second' }));
    expect(rivalOf(named('b', { day: 2, connection: 'second' }))).toBe(rival);
  });
});

describe('when a record was written last is known', () => {
  const written = (resource: PamCredential) => claims.recordWrittenAtMs(manage(resource));

  it('to whoever claims it: also to a resource that is created anew, or takes it over', () => {
    given(named('a'));
    claims.recordWritten(manage(named('a')), 5000);
    expect(written(named('b', { identifier: 'x' })), 'by its target').toBe(5000);
    expect(written(named('a', { username: 'other' })), 'by its identifier').toBe(5000);
    expect(written(named('c', { username: 'other' }))).toBeUndefined();
    claims.recordWritten(manage(named('b', { identifier: 'x' })), 7000);
    expect(written(named('a')), 'the last time').toBe(7000);
  });

  it('for a minute: then every list that decides is younger', () => {
    claims.recordWritten(manage(named('a')), 5000);
    claims.recordWritten(manage(named('z', { username: 'other' })), 64_000);
    expect(written(named('a'))).toBe(5000);
    claims.recordWritten(manage(named('z', { username: 'other' })), 65_000);
    expect(written(named('a'))).toBeUndefined();
    expect(written(named('z', { username: 'other' }))).toBe(65_000);
  });
});

describe('who is told', () => {
  it('those whose claims meet the new ones or met the old ones', () => {
    given(named('a'), named('b', { day: 2 }));
    const moved = named('a', { username: 'other' });
    kubernetes.apply(moved);
    expect(claims.changed(moved)).toEqual(new Set(['PamCredential/shop/b']));
    expect(claims.rivalsOf(moved)).toEqual(new Set());
  });

  it('the rivals, so that a grant that came or went is noticed by them', () => {
    given(named('a'), named('b', { day: 2 }));
    expect(claims.rivalsOf(named('b', { day: 2 }))).toEqual(new Set(['PamCredential/shop/a']));
  });

  it('nobody claims before its connection is known', () => {
    given(named('a', { connection: 'later' }), named('b', { day: 2, connection: 'later' }));
    expect(rivalOf(named('b', { day: 2, connection: 'later' }))).toBeUndefined();
    kubernetes.apply(connection({}, { name: 'later' }));
    claims.changed(named('a', { connection: 'later' }));
    expect(claims.changed(named('b', { day: 2, connection: 'later' }))).toEqual(
      new Set(['PamCredential/shop/a']),
    );
    expect(rivalOf(named('b', { day: 2, connection: 'later' }))).toBe('a');
  });
});
