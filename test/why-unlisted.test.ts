import { describe, expect, it } from 'vitest';
import type { KubeFault } from '../src/core/kube-error.ts';
import { whyUnlisted } from '../src/why-unlisted.ts';

const fault = (more: Partial<KubeFault>): KubeFault => ({ verb: 'list', signal: 'http', ...more });
const missing = fault({ status: 404 });
const forbidden = fault({ status: 403, reason: 'Forbidden' });

describe('the sentence about lists that are not in', () => {
  const rows: { because: string; faults: Record<string, KubeFault | undefined>; says: string }[] = [
    {
      because: 'definitions are missing: they are named',
      faults: { pamcredentials: missing, pamsshkeys: missing },
      says: 'The API server does not know pamcredentials, pamsshkeys; install the definitions in crds/.',
    },
    {
      because: 'rights are missing: the resources are named',
      faults: { secrets: forbidden },
      says: 'The operator may not list secrets; give its account the rules of docs/reference/rights.md.',
    },
    {
      because: 'nobody answers: one cause for all',
      faults: { pamcredentials: fault({ signal: 'unreachable' }), secrets: fault({ signal: 'timeout' }) },
      says: 'The API server does not answer; check its address in the kubeconfig and the network.',
    },
    {
      because: 'two causes are two sentences',
      faults: { pamcredentials: missing, secrets: forbidden },
      says: 'The API server does not know pamcredentials; install the definitions in crds/. The operator may not list secrets; give its account the rules of docs/reference/rights.md.',
    },
    {
      because: 'a certificate',
      faults: { secrets: fault({ signal: 'tls' }) },
      says: 'The certificate of the API server was refused; check the CA of the kubeconfig.',
    },
    {
      because: 'a token that is not accepted, and a plugin that fails',
      faults: { secrets: fault({ status: 401 }), pamsshkeys: fault({ signal: 'credentials' }) },
      says: 'The API server does not accept the credentials; check the kubeconfig or the service account.',
    },
    {
      because: 'a list that is only slow has no fault',
      faults: { pamcredentials: undefined },
      says: 'The lists of pamcredentials are not complete.',
    },
  ];
  it.each(rows)('$because', ({ faults, says }) => {
    const unlisted = Object.entries(faults).map(([resource, each]) => ({ resource, fault: each }));
    expect(whyUnlisted(unlisted)).toBe(says);
  });

  it('names a resource once that is listed in several namespaces', () => {
    const unlisted = [1, 2].map(() => ({ resource: 'secrets', fault: forbidden }));
    expect(whyUnlisted(unlisted).match(/secrets/g)).toHaveLength(1);
  });
});
