import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CustomResource, Patch } from '../crds/custom-resource.ts';
import { declared } from './declared-resource.ts';
import { type PolicyCluster, startPolicyCluster, untilRefused } from './policy-cluster.ts';
import { expectAccepted, expectRefused } from './refusal.ts';
import { CUSTOM_VERBS, dev, NAMESPACE, type Right } from './rights.ts';

type Verb = (typeof CUSTOM_VERBS)[number];

interface Restricted {
  verb: Verb;
  kind: CustomResource['kind'];
  /** What asks for the verb, and what does not. */
  spec: Patch;
  harmless: Patch;
  /** Begin and next step of the message. */
  says: string;
  next: string;
  /** Also asked for, because the CRD takes the field in this company only. */
  also?: Verb;
  /** The field may come later. */
  mutable?: true;
}

const secretRef = { name: 'one', key: 'value' };
const byId = { username: null, device: null, privateKey: null, connection: 'default', id: '92' };
const rows: Restricted[] = [
  {
    verb: 'set-identifier',
    kind: 'PamCredential',
    spec: { identifier: 'a' },
    harmless: {},
    says: 'spec.identifier',
    next: 'leave the field out',
  },
  {
    verb: 'set-identifier',
    kind: 'PamSshKey',
    spec: { identifier: 'a' },
    harmless: {},
    says: 'spec.identifier',
    next: 'leave the field out',
  },
  {
    verb: 'set-identifier',
    kind: 'PamSshKey',
    spec: { ...byId, adoptionPolicy: 'Adopt' },
    harmless: {},
    says: 'spec.id',
    next: 'leave the field out',
    also: 'adopt',
  },
  ...(['PamCredential', 'PamSshKey'] as const).flatMap((kind): Restricted[] => [
    {
      verb: 'adopt',
      kind,
      spec: { adoptionPolicy: 'Adopt' },
      harmless: { adoptionPolicy: 'Never' },
      says: 'spec.adoptionPolicy "Adopt"',
      next: 'set it to "Never"',
      mutable: true,
    },
    {
      verb: 'disable-on-deletion',
      kind,
      spec: { deletionPolicy: 'Disable' },
      harmless: { deletionPolicy: 'Retain' },
      says: 'spec.deletionPolicy "Disable"',
      next: 'set it to "Retain"',
      mutable: true,
    },
  ]),
  {
    verb: 'override',
    kind: 'PamCredential',
    spec: { content: { secretRef, push: 'Override' } },
    harmless: { content: { secretRef, push: 'OnChange' } },
    says: 'spec.content.push "Override"',
    next: 'set it to "OnChange"',
    mutable: true,
  },
  {
    verb: 'override',
    kind: 'PamSshKey',
    spec: { push: 'Override' },
    harmless: { push: 'Once' },
    says: 'spec.push "Override"',
    next: 'set it to "OnChange"',
    mutable: true,
  },
];
const author: Right[] = ['author', `get * in ${NAMESPACE}`];
const PLURALS = { PamConnection: '', PamCredential: 'pamcredentials', PamSshKey: 'pamsshkeys' };
let cluster: PolicyCluster;

function sentence({ verb, kind, says, next }: Restricted): string {
  return (
    `${says} needs the verb "${verb}" on ${PLURALS[kind]} in namespace "${NAMESPACE}", ` +
    `which user "dev" does not have; ${next}, or grant the user that verb`
  );
}

beforeAll(async () => {
  cluster = await startPolicyCluster([declared('PamSshKey', {})]);
});
afterAll(() => cluster?.stop());

describe('without the optional bindings', () => {
  it.each(rows)('$kind: nobody is asked for $verb', async ({ kind, spec }) => {
    expectAccepted(await cluster.tryCreate(declared(kind, spec), dev(...author)));
  });
});

describe('with the optional bindings', () => {
  beforeAll(async () => {
    await cluster.applyFolder('deploy/admission/optional');
    const probes = rows.map(({ kind, spec }) => declared(kind, spec));
    await untilRefused(cluster, probes, '*');
  });

  describe.each(rows)('$kind with $says and $verb', (row) => {
    const { verb, kind, spec, harmless, also } = row;
    const others = CUSTOM_VERBS.filter((other) => other !== verb).map((other): Right => `verb ${other}`);
    const needed: Right[] = [`verb ${verb}`, ...(also === undefined ? [] : [`verb ${also}` as const])];

    it('is refused without the verb, whatever other verbs there are', async () => {
      const answer = await cluster.tryCreate(declared(kind, spec), dev(...author, ...others));
      expectRefused(answer, `pam-operator-${verb}`, sentence(row));
    });

    it('is accepted with the verb alone', async () => {
      expectAccepted(await cluster.tryCreate(declared(kind, spec), dev(...author, ...needed)));
    });

    it('is accepted with the verb on resources of this name only', async () => {
      const named = needed.map((right) => `${right} on chosen` as Right);
      const rights = dev(...author, ...named);
      expectAccepted(await cluster.tryCreate(declared(kind, spec, 'chosen'), rights));
      expect((await cluster.tryCreate(declared(kind, spec, 'another'), rights)).status).toBe(403);
    });

    it('is not asked for where the field says something harmless', async () => {
      expectAccepted(await cluster.tryCreate(declared(kind, harmless), dev(...author)));
    });

    it('is not asked for again on update', async () => {
      const stored = declared(kind, spec, nameOf('stays', row));
      await cluster.store(stored);
      expectAccepted(await cluster.tryPatch(stored, { spec: { suspend: true } }, dev(...author)));
    });
  });

  describe.each(rows.filter(({ mutable }) => mutable))('an update of $kind with $says', (row) => {
    const { verb, kind, spec, harmless } = row;

    it('is asked for where the field comes later', async () => {
      const stored = declared(kind, harmless, nameOf('later', row));
      await cluster.store(stored);
      const answer = await cluster.tryPatch(stored, { spec }, dev(...author));
      expectRefused(answer, `pam-operator-${verb}`, sentence(row));
      expectAccepted(await cluster.tryPatch(stored, { spec }, dev(...author, `verb ${verb}`)));
    });

    it('is not asked for where it goes', async () => {
      const stored = declared(kind, spec, nameOf('goes', row));
      await cluster.store(stored);
      expectAccepted(await cluster.tryPatch(stored, { spec: harmless }, dev(...author)));
    });
  });
});

function nameOf(begin: string, { kind, says }: Restricted): string {
  return `${begin}-${kind}-${says}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}
