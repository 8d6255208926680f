import type { Kubernetes } from '../controller/kubernetes.ts';

type Writes = Pick<Kubernetes, 'writeStatus' | 'writeFinalizers'>;

/**
 * The writes to the API server, made only while this process leads by the clock. A process that was frozen goes on in
 * the middle of a pass, before it hears that its Lease is lost: what it knows by then must not replace what its
 * successor wrote. Such a write ends like one to a resource that no longer exists, which every caller gives up.
 */
export function leaderWrites<K extends Writes>(kubernetes: K, isLeader: () => boolean): K {
  const refused = { outcome: 'gone' } as const;
  return {
    ...kubernetes,
    writeStatus: async (...args: Parameters<Writes['writeStatus']>) =>
      isLeader() ? kubernetes.writeStatus(...args) : refused,
    writeFinalizers: async (...args: Parameters<Writes['writeFinalizers']>) =>
      isLeader() ? kubernetes.writeFinalizers(...args) : refused,
  };
}
