import type { Lease } from '../kube/lease.ts';

/** Whether this process leads: workers wait for it, and losing it ends every call that runs. */
export function leadership(lease: Lease, told: (leads: boolean) => void) {
  let term = new AbortController();
  let held = Promise.withResolvers<void>();
  told(false);
  lease.onChange((leads) => {
    told(leads);
    if (leads) {
      term = new AbortController();
      held.resolve();
    } else {
      held = Promise.withResolvers<void>();
      term.abort();
    }
  });
  return {
    held: () => held.promise,
    signal: () => term.signal,
    abort: () => term.abort(),
  };
}
