import { stringify } from 'yaml';
import type { IssuedCertificate } from './certificate.ts';

/** The kubeconfig (YAML) of one user who authenticates with a client certificate. */
export function renderKubeconfig(server: string, caCertificate: string, user: IssuedCertificate): string {
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'control-plane', cluster: { server, 'certificate-authority-data': base64(caCertificate) } },
    ],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(user.certificate),
          'client-key-data': base64(user.privateKey),
        },
      },
    ],
    contexts: [{ name: 'control-plane', context: { cluster: 'control-plane', user: 'admin' } }],
    'current-context': 'control-plane',
  });
}
