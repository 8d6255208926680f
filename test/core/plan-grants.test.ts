import { describe, expect, it } from 'vitest';
import { aCredential, aKey, DERIVED } from '../support/situation/a-resource.ts';
import { anInventory } from '../support/situation/an-inventory.ts';
import { decide, EVERYTHING, without } from '../support/situation/decide.ts';
import { itDecides } from '../support/situation/decision-rows.ts';

const ours = anInventory().with({ id: '152', identifier: DERIVED });
const somebodys = anInventory().with({ id: '7', identifier: 'theirs' });
const [all] = EVERYTHING;
if (all === undefined) throw new Error('no grant');
const identifiers = (...names: string[]) => ({ grants: [{ ...all, identifiers: names }] });
const hostnames = (...names: string[]) => ({ grants: [{ ...all, hostnames: names }] });
const parent = { username: 'root', hostname: 'gw', ip: '10.0.0.1' };
const onlyOwnTarget = { grants: [{ ...all, usernames: ['svc'] }] };
const parentList = ours.with({ id: '11', identifier: 'p', username: 'root', hostname: 'gw' });

describe('grants', () => {
  itDecides([
    {
      because: 'without any grant not even the list is read',
      resource: aCredential().withSecret('a'),
      connection: { grants: undefined },
      steps: [],
      reason: 'NotGranted',
      asked: [],
    },
    {
      because: 'Create',
      resource: aCredential(),
      connection: { grants: without('Create') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'Update, of a record that is known',
      resource: aCredential().known('152').spec({ additional: 'x' }),
      connection: { grants: without('Update') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'Enable, and then no part of the pass goes out',
      resource: aCredential().enabled(true).deletionDisables(),
      connection: { grants: without('Enable') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'Disable is asked also for the one that follows an upsert',
      resource: aCredential().enabled(false).known('152').spec({ additional: 'x' }),
      connection: { grants: without('Disable') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'in sync, nothing is asked',
      resource: aCredential().known('152'),
      connection: { grants: undefined },
      steps: [],
    },
    {
      because: 'Adopt',
      resource: aCredential().adopts(),
      list: somebodys,
      connection: { grants: without('Adopt') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'Adopt is asked for a key too, of which nothing is sent',
      resource: aKey().explicit('theirs').adopts().withSecret('k'),
      list: anInventory().with({ id: '92', identifier: 'theirs', isKey: true }),
      connection: { grants: without('Adopt') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'Adopt is asked where only a toggle goes out for want of the Secret',
      resource: aCredential().withSecret('a').secretMissing().enabled(false).adopts(),
      list: somebodys,
      connection: { grants: without('Adopt') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'an edit that renames a record asks for what it was: the last list says so',
      resource: aCredential().known('152').spec({ username: 'app' }),
      lastList: ours,
      connection: { grants: [{ ...all, usernames: ['app'] }] },
      steps: [],
      reason: 'NotGranted',
      asked: [],
    },
    {
      because: 'a rename between two names that are granted goes',
      resource: aCredential().known('152').spec({ username: 'app' }),
      lastList: ours,
      connection: { grants: [{ ...all, usernames: ['app', 'svc'] }] },
      steps: [`update ${DERIVED}`],
      asked: [],
    },
    {
      because: 'a disable of a known record waits for no list, so it is not judged by an old one either',
      resource: aCredential().enabled(true).known('152').enabled(false),
      lastList: anInventory().with({ id: '152', identifier: DERIVED, username: 'renamed-in-pam' }),
      connection: { grants: [{ ...all, usernames: ['svc'] }] },
      steps: ['disable 152'],
    },
    {
      because: 'an adopted identifier is asked for',
      resource: aCredential().adopts(),
      list: somebodys,
      connection: identifiers('mine'),
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'a glob covers an adopted identifier',
      resource: aCredential().adopts(),
      list: somebodys,
      connection: identifiers('the*'),
      steps: ['adopt theirs'],
    },
    {
      because: 'a record without an identifier takes the derived one, for which none is asked',
      resource: aCredential().adopts(),
      list: anInventory().with({ id: '7' }),
      connection: identifiers(),
      steps: [`adopt ${DERIVED}`],
    },
    {
      because: 'a derived identifier is not asked for',
      resource: aCredential(),
      connection: identifiers(),
      steps: [`create ${DERIVED}`],
    },
    {
      because: 'an explicit identifier is, before anything is asked of PAM',
      resource: aCredential().explicit('mine'),
      connection: identifiers(),
      steps: [],
      reason: 'NotGranted',
      asked: [],
    },
    {
      because: "an explicit identifier in this cluster's form: a glob is not enough",
      resource: aCredential().explicit('prod_other_db'),
      connection: identifiers('*'),
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'named literally it is',
      resource: aCredential().explicit('prod_other_db'),
      connection: identifiers('prod_other_db'),
      steps: ['intent', 'create prod_other_db'],
    },
    {
      because: 'in capitals it is the same name',
      resource: aCredential().explicit('PROD_other_db'),
      connection: identifiers('*'),
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'and it needs Adopt, also while nothing has it',
      resource: aCredential().explicit('prod_other_db'),
      connection: { grants: without('Adopt') },
      steps: [],
      reason: 'NotGranted',
    },
    {
      because:
        'what the list says of the record is asked for too: a rename must not take what is not granted',
      resource: aCredential().withSecret('a').known('152').withSecret('b'),
      list: anInventory().with({ id: '152', identifier: DERIVED, hostname: 'vault' }),
      connection: hostnames('w2016'),
      steps: [],
      reason: 'NotGranted',
    },
    {
      because: 'grants do not add up: hostname of one, operation of the other',
      resource: aCredential(),
      connection: { grants: [...without('Create'), { ...all, hostnames: ['other'] }] },
      steps: [],
      reason: 'NotGranted',
    },
  ]);

  it('are printed as the one that would help', () => {
    const { decision } = decide({ resource: aCredential().explicit('mine'), connection: identifiers() });
    expect(decision.failure?.message).toBe(
      "The connection grants namespace team no Create for svc on w2016. Ask the platform team for a grant such as {namespaces: {names: ['team']}, hostnames: ['w2016'], usernames: ['svc'], operations: [Create], identifiers: ['mine']}.",
    );
  });
});

describe('what an upsert touches besides its record', () => {
  const references = [
    ['executionSettings.parent', { executionSettings: { parent } }],
    ['executionSettings.authentication', { executionSettings: { authentication: parent } }],
    [
      'executionSettings.reconciliation',
      { executionSettings: { reconciliation: { enabled: true, ...parent } } },
    ],
    [
      'sessionSettings.authentication',
      { sessionSettings: { useOwnCredentialToConnect: false, authentication: parent } },
    ],
    [
      'jitSettings.authentication',
      { jitSettings: { useOwnCredentialToConnect: false, authentication: parent } },
    ],
    ['parentId', { parentId: '11' }],
  ] as const;
  const deviceFields = {
    type: 't',
    vendor: 'v',
    model: 'm',
    site: 's',
    domains: ['d'],
    tags: ['t'],
    connectivities: [{ name: 'SSH', port: 22 }],
    loginExpression: 'l',
  };
  itDecides([
    ...references.flatMap(([field, spec]) => [
      {
        because: `\`${field}\` asks Reference`,
        resource: aCredential().spec(spec),
        list: parentList,
        connection: { grants: without('Reference') },
        steps: [],
        reason: 'NotGranted',
      },
      {
        because: `\`${field}\` asks for the target that it names`,
        resource: aCredential().spec(spec),
        list: parentList,
        connection: onlyOwnTarget,
        steps: [],
        reason: 'NotGranted',
      },
      {
        because: `\`${field}\`, granted`,
        resource: aCredential().spec(spec),
        list: parentList,
        steps: [`update ${DERIVED}`],
      },
    ]),
    ...Object.entries(deviceFields).map(([field, value]) => ({
      because: `\`device.${field}\` asks Device`,
      resource: aCredential().spec({ device: { hostname: 'w2016', ip: '10.66.33.15', [field]: value } }),
      connection: { grants: without('Device') },
      steps: [],
      reason: 'NotGranted',
    })),
    {
      because: 'hostname and IP alone do not',
      resource: aCredential(),
      connection: { grants: without('Device', 'Reference') },
      steps: [`create ${DERIVED}`],
    },
    {
      because: 'a parent whose number the list does not show cannot be judged',
      resource: aCredential().spec({ parentId: '11' }),
      list: ours,
      steps: [],
      reason: 'RecordNotFound',
    },
    {
      because: 'nor is it said to be gone by a list that is not whole',
      resource: aCredential().known('152').spec({ parentId: '11' }),
      list: ours.incomplete(),
      steps: [],
      reason: 'InventoryIncomplete',
    },
    {
      because: 'the list is read for the number of a parent',
      resource: aCredential().known('152').spec({ parentId: '11' }),
      list: parentList,
      steps: [`update ${DERIVED}`],
      asked: ['list'],
    },
    {
      because: 'nothing is asked where nothing is written',
      resource: aCredential().spec({ parentId: '11', executionSettings: { parent } }).known('152'),
      connection: { grants: undefined },
      steps: [],
      asked: [],
    },
    {
      because: 'a disable asks for neither',
      resource: aCredential().spec({ parentId: '11' }).enabled(true).known('152').enabled(false),
      connection: { grants: without('Reference', 'Device') },
      steps: ['disable 152'],
      asked: [],
    },
  ]);
});
