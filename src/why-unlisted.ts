import type { KubeFault } from './core/kube-error.ts';

/** A collection that could not be listed; `fault` is absent where no list has failed yet. */
interface Unlisted {
  /** Plural. */
  readonly resource: string;
  readonly fault: KubeFault | undefined;
}

/** What went wrong and what to do, without names; the first row that fits a collection speaks for it. */
const CAUSES: readonly {
  readonly fits: (fault: KubeFault | undefined) => boolean;
  readonly says: (resources: string) => string;
}[] = [
  {
    fits: (fault) => fault?.status === 404,
    says: (resources) => `The API server does not know ${resources}; install the definitions in crds/`,
  },
  {
    fits: (fault) => fault?.status === 403,
    says: (resources) =>
      `The operator may not list ${resources}; give its account the rules of docs/reference/rights.md`,
  },
  {
    fits: (fault) => fault?.status === 401 || fault?.signal === 'credentials',
    says: () => 'The API server does not accept the credentials; check the kubeconfig or the service account',
  },
  {
    fits: (fault) => fault?.signal === 'tls',
    says: () => 'The certificate of the API server was refused; check the CA of the kubeconfig',
  },
  {
    fits: (fault) => fault?.signal === 'unreachable' || fault?.signal === 'timeout',
    says: () => 'The API server does not answer; check its address in the kubeconfig and the network',
  },
  { fits: () => true, says: (resources) => `The lists of ${resources} are not complete` },
];

/** One sentence per cause: why the first lists are not in, and what to do. */
export function whyUnlisted(unlisted: readonly Unlisted[]): string {
  const found = new Map<(typeof CAUSES)[number], Set<string>>();
  for (const { resource, fault } of unlisted) {
    const cause = CAUSES.find(({ fits }) => fits(fault));
    if (cause === undefined) continue;
    const resources = found.get(cause) ?? new Set();
    found.set(cause, resources.add(resource));
  }
  return [...found].map(([{ says }, resources]) => `${says([...resources].join(', '))}.`).join(' ');
}
