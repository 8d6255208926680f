import { expectRefusals } from './refusal.ts';

const secretRef = { name: 'orders-db', key: 'password' };
const creation = {
  creationPlugin: 'SSH',
  creationTemplate: 'Linux - Create User',
  deletionPlugin: 'SSH',
  deletionTemplate: 'Linux - Remove User',
};
const toggling = {
  enablePlugin: 'LDAP',
  enableTemplate: 'AD - Activate User',
  disablePlugin: 'LDAP',
  disableTemplate: 'AD - Deactivate User',
};

expectRefusals('PamCredential', [
  {
    because: 'rotation needs a login',
    spec: { executionSettings: { automaticChange: true } },
    field: 'spec.executionSettings.authentication',
    says: 'unless `useOwnCredentialToConnect` is true',
  },
  {
    because: 'half a credential names none',
    spec: { executionSettings: { authentication: { username: 'a' } } },
    field: 'spec.executionSettings.authentication.hostname',
    says: 'Required value',
  },
  {
    because: 'reconciliation is on or off',
    spec: { executionSettings: { useOwnCredentialToConnect: true, reconciliation: { plugin: 'SSH' } } },
    field: 'spec.executionSettings.reconciliation.enabled',
    says: 'Required value',
  },
  {
    because: 'who reconciles is named in full',
    spec: {
      executionSettings: {
        useOwnCredentialToConnect: true,
        reconciliation: { enabled: true, username: 'a' },
      },
    },
    field: 'spec.executionSettings.reconciliation',
    says: 'together or none of them',
  },
  {
    because: 'releases differ in this default',
    spec: { sessionSettings: { ssh: true } },
    field: 'spec.sessionSettings.useOwnCredentialToConnect',
    says: 'Required value',
  },
  {
    because: 'a session needs a login',
    spec: { sessionSettings: { useOwnCredentialToConnect: false } },
    field: 'spec.sessionSettings.authentication',
    says: 'unless `useOwnCredentialToConnect` is true',
  },
  {
    because: 'a macro has a protocol',
    spec: { sessionSettings: { useOwnCredentialToConnect: true, macros: [{ remoteApp: 'MySQL' }] } },
    field: 'spec.sessionSettings.macros[0].connectivity',
    says: 'Required value',
  },
  {
    because: 'criticality is capitalised',
    spec: { additionalSettings: { criticality: 'high' } },
    field: 'spec.additionalSettings.criticality',
    says: 'supported values: "Low", "Medium", "High"',
  },
  {
    because: 'a field has one value',
    spec: {
      additionalSettings: {
        authenticationFields: [{ name: 'PIN', shortName: 'pin', value: '1', valueFrom: { secretRef } }],
      },
    },
    field: 'spec.additionalSettings.authenticationFields[0]',
    says: 'exactly one of `value` and `valueFrom`',
  },
  {
    because: 'a field has a value',
    spec: { additionalSettings: { authenticationFields: [{ name: 'PIN', shortName: 'pin' }] } },
    field: 'spec.additionalSettings.authenticationFields[0]',
    says: 'exactly one of `value` and `valueFrom`',
  },
  {
    because: 'short names are unique',
    spec: {
      additionalSettings: {
        authenticationFields: [
          { name: 'A', shortName: 'a', value: '1' },
          { name: 'B', shortName: 'a', value: '2' },
        ],
      },
    },
    field: 'spec.additionalSettings.authenticationFields[1]',
    says: 'Duplicate',
  },
  {
    because: 'JIT has one scenario',
    spec: {
      jitSettings: {
        useOwnCredentialToConnect: true,
        creationAndDeletion: creation,
        enableAndDisable: toggling,
      },
    },
    field: 'spec.jitSettings',
    says: 'both `creationAndDeletion` and `enableAndDisable`',
  },
  {
    because: 'JIT has a scenario',
    spec: { jitSettings: { useOwnCredentialToConnect: true } },
    field: 'spec.jitSettings',
    says: 'one of `creationAndDeletion` and `enableAndDisable`',
  },
  {
    because: 'PAM asks for every plugin (1046)',
    spec: {
      jitSettings: {
        useOwnCredentialToConnect: true,
        creationAndDeletion: { ...creation, deletionPlugin: '' },
      },
    },
    field: 'spec.jitSettings.creationAndDeletion.deletionPlugin',
    says: 'at least 1',
  },
  {
    because: 'JIT needs a login',
    spec: { jitSettings: { useOwnCredentialToConnect: false, enableAndDisable: toggling } },
    field: 'spec.jitSettings.authentication',
    says: 'unless `useOwnCredentialToConnect` is true',
  },
  {
    because: 'JIT and the operator would fight',
    spec: { enabled: false, jitSettings: { useOwnCredentialToConnect: true, enableAndDisable: toggling } },
    field: 'spec.enabled',
    says: 'together with `jitSettings`',
  },
]);
