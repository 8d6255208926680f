import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { PamCore } from '../../test/support/pam-core/start-pam-core.ts';

const EXAMPLE = new URL('../../examples/connection.yaml', import.meta.url);

/** The devices that the examples name; PAM Core knows them from the start. */
export const DEVICES = [
  { hostname: 'w2016', ip: '10.66.33.15' },
  { hostname: 'linux-01', ip: '10.66.33.20' },
];

/** A device that is registered only in the middle of the story. */
export const LATE_DEVICE = { hostname: 'reports-01', ip: '10.66.33.30' };

/** In seconds. The default of ten would make the outage of the story a long one. */
export const REQUEST_TIMEOUT = 2;

/** `examples/connection.yaml` with the simulator's address, client id and secret; YAML, holds the client secret. */
export function demoConnection({ url, oauth2 }: PamCore): string {
  const documents = [...parseAllDocuments(readFileSync(EXAMPLE, 'utf8'))];
  for (const document of documents) {
    if (document.get('kind') === 'Secret') {
      document.set('stringData', { ...oauth2 });
    } else {
      document.setIn(['spec', 'url'], url);
      document.setIn(['spec', 'timeouts'], { requestSeconds: REQUEST_TIMEOUT });
      document.addIn(['spec', 'grants', 0, 'hostnames'], LATE_DEVICE.hostname);
    }
  }
  return documents.map((document) => document.toString()).join('---\n');
}
