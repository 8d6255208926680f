import { expect, it } from 'vitest';
import { readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import type { Schema } from '../../scripts/generate/schema.ts';

/**
 * What an existing manifest relies on. A field that becomes required, a narrower number or another way to merge a
 * list breaks somebody's manifest; whoever changes a line here decides that on purpose.
 */
const CONTRACT: Readonly<Record<string, Contract>> = {
  PamConnection: {
    required: [
      'url auth identifierPrefix',
      'auth.oauth2: secretName',
      'auth.oauth1: secretName',
      'caBundleConfigMap: name key',
      'grants[]: namespaces hostnames usernames operations',
      'grants[].namespaces.selector.matchExpressions[]: key operator',
    ],
    numbers: [
      'timeouts.connectSeconds: 1 to 20',
      'timeouts.requestSeconds: 1 to 20',
      'timeouts.inventorySeconds: 1 to 300',
      'limits.maxInFlight: 1 to 128',
      'limits.requestsPerSecond: 1 to 1000',
      'limits.burst: 1 to 1000',
      'inventoryIntervalSeconds: 0 to 86400',
      'deletionBrake.maxDisables: 0 to 1000',
      'deletionBrake.windowSeconds: 1 to 86400',
    ],
    merged: ['grants[].operations: set'],
  },
  PamCredential: {
    required: [
      'username device',
      'device: hostname ip',
      'device.connectivities[]: name port',
      'content: secretRef',
      'content.secretRef: name key',
      'parentRef: name',
      'executionSettings.parent: username hostname ip',
      'executionSettings.authentication: username hostname ip',
      'executionSettings.reconciliation: enabled',
      'sessionSettings: useOwnCredentialToConnect',
      'sessionSettings.macros[]: remoteApp connectivity',
      'sessionSettings.authentication: username hostname ip',
      'additionalSettings.totpSecretRef: name key',
      'additionalSettings.authenticationFields[]: name shortName',
      'additionalSettings.authenticationFields[].valueFrom: secretRef',
      'additionalSettings.authenticationFields[].valueFrom.secretRef: name key',
      'jitSettings: useOwnCredentialToConnect',
      'jitSettings.creationAndDeletion: creationPlugin creationTemplate deletionPlugin deletionTemplate',
      'jitSettings.enableAndDisable: enablePlugin enableTemplate disablePlugin disableTemplate',
      'jitSettings.authentication: username hostname ip',
    ],
    numbers: ['device.connectivities[].port: 1 to 65535'],
    merged: [
      'device.domains: set',
      'device.tags: set',
      'device.connectivities: name port',
      'tags: set',
      'sessionSettings.macros: remoteApp connectivity',
      'additionalSettings.authenticationFields: shortName',
    ],
  },
  PamSshKey: {
    required: [
      'device: hostname ip',
      'devices[]: hostname',
      'privateKey: secretRef',
      'privateKey.secretRef: name key',
      'publicKey.secretRef: name key',
      'passphrase: secretRef',
      'passphrase.secretRef: name key',
    ],
    numbers: [],
    merged: ['devices: hostname', 'tags: set'],
  },
};

interface Contract {
  /** `<path>: <fields>`; without a path for the spec itself. */
  required: string[];
  numbers: string[];
  /** Lists whose items are merged by server-side apply: `set`, or the fields that identify an item. */
  merged: string[];
}

it.each(readCustomKinds(new URL('../../', import.meta.url)))('spec of $kind', ({ kind, spec }) => {
  expect(contractOf(spec, '')).toEqual(CONTRACT[kind]);
});

function contractOf(schema: Schema, path: string): Contract {
  const { type, required = [], minimum, maximum, properties = {}, items } = schema;
  const listType = schema['x-kubernetes-list-type'];
  const mergedBy = schema['x-kubernetes-list-map-keys']?.join(' ') ?? listType;
  const own: Contract = {
    required: required.length === 0 ? [] : [`${path === '' ? '' : `${path}: `}${required.join(' ')}`],
    numbers: type === 'integer' ? [`${path}: ${minimum} to ${maximum}`] : [],
    merged: type === 'array' && listType !== 'atomic' ? [`${path}: ${mergedBy}`] : [],
  };
  const inside = [
    ...Object.entries(properties).map(([name, field]) =>
      contractOf(field, path === '' ? name : `${path}.${name}`),
    ),
    ...(items === undefined ? [] : [contractOf(items, `${path}[]`)]),
  ];
  return inside.reduce((all, one) => {
    return {
      required: [...all.required, ...one.required],
      numbers: [...all.numbers, ...one.numbers],
      merged: [...all.merged, ...one.merged],
    };
  }, own);
}
