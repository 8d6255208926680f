import { expectRefusals } from './refusal.ts';

const text = (length: number) => 'x'.repeat(length);
const ENDS = 'no white space at its ends';

expectRefusals('PamCredential', [
  {
    because: 'a username is required',
    spec: { username: null },
    field: 'spec.username',
    says: 'Required value',
  },
  {
    because: 'an empty username would become usr',
    spec: { username: '' },
    field: 'spec.username',
    says: 'at least 1',
  },
  {
    because: 'a username has an end',
    spec: { username: text(256) },
    field: 'spec.username',
    says: 'may not be more than 255',
  },
  {
    because: 'a username ends without a blank',
    spec: { username: 'svc ' },
    field: 'spec.username',
    says: ENDS,
  },
  {
    because: 'a username begins without a blank',
    spec: { username: ' svc' },
    field: 'spec.username',
    says: ENDS,
  },
  {
    because: 'a block scalar ends in a line break',
    spec: { username: 'svc\n' },
    field: 'spec.username',
    says: ENDS,
  },
  {
    because: 'a username holds no NUL',
    spec: { username: 'a\u0000b' },
    field: 'spec.username',
    says: 'no control',
  },
  {
    because: 'a username holds no DEL',
    spec: { username: 'a\u007fb' },
    field: 'spec.username',
    says: 'no control',
  },
  {
    because: 'a username holds no zero-width space',
    spec: { username: 'a\u200bb' },
    field: 'spec.username',
    says: 'invisible',
  },
  {
    because: 'a no-break space is white space too',
    spec: { username: 'svc\u00a0' },
    field: 'spec.username',
    says: ENDS,
  },
  {
    because: 'a username is no number',
    spec: { username: 7 },
    field: 'spec.username',
    says: 'must be of type string',
  },
  { because: 'a device is required', spec: { device: null }, field: 'spec.device', says: 'Required value' },
  {
    because: 'a hostname is required',
    spec: { device: { hostname: null } },
    field: 'spec.device.hostname',
    says: 'Required value',
  },
  {
    because: 'an ip is required',
    spec: { device: { ip: null } },
    field: 'spec.device.ip',
    says: 'Required value',
  },
  {
    because: 'a hostname is not empty',
    spec: { device: { hostname: '' } },
    field: 'spec.device.hostname',
    says: 'at least 1',
  },
  {
    because: 'an ip ends without a tab',
    spec: { device: { ip: '10.0.0.1\t' } },
    field: 'spec.device.ip',
    says: ENDS,
  },
  {
    because: 'a type holds no line break',
    spec: { device: { type: 'a\nb' } },
    field: 'spec.device.type',
    says: 'a line break is one',
  },
  {
    because: 'domains are joined by commas',
    spec: { device: { domains: ['a.com,b.com'] } },
    field: 'spec.device.domains[0]',
    says: 'no comma',
  },
  {
    because: 'PAM wants no space between domains',
    spec: { device: { domains: ['a .com'] } },
    field: 'spec.device.domains[0]',
    says: 'no white space',
  },
  {
    because: 'device tags are joined by commas',
    spec: { device: { tags: ['ok', 'a,b'] } },
    field: 'spec.device.tags[1]',
    says: 'no comma',
  },
  {
    because: 'a protocol is followed by a colon',
    spec: { device: { connectivities: [{ name: 'SSH:22', port: 22 }] } },
    field: 'spec.device.connectivities[0].name',
    says: 'no colon',
  },
  {
    because: 'connectivities are joined by commas',
    spec: { device: { connectivities: [{ name: 'SSH,RDP', port: 22 }] } },
    field: 'spec.device.connectivities[0].name',
    says: 'no comma',
  },
  {
    because: 'port 0 is none',
    spec: { device: { connectivities: [{ name: 'SSH', port: 0 }] } },
    field: 'spec.device.connectivities[0].port',
    says: 'greater than or equal to 1',
  },
  {
    because: 'ports end at 65535',
    spec: { device: { connectivities: [{ name: 'SSH', port: 65536 }] } },
    field: 'spec.device.connectivities[0].port',
    says: 'less than or equal to 65535',
  },
  {
    because: 'a port is required',
    spec: { device: { connectivities: [{ name: 'SSH' }] } },
    field: 'spec.device.connectivities[0].port',
    says: 'Required value',
  },
  {
    because: 'the same port twice says nothing',
    spec: {
      device: {
        connectivities: [
          { name: 'SSH', port: 22 },
          { name: 'SSH', port: 22 },
        ],
      },
    },
    field: 'spec.device.connectivities[1]',
    says: 'Duplicate',
  },
]);
