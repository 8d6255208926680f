import type { Kubernetes } from '../../src/controller/kubernetes.ts';

/**
 * The API server of a process that stands still right before its first call of this name, as by SIGSTOP or a busy host,
 * while something else happens.
 */
export function frozenBefore(
  kubernetes: Kubernetes,
  call: keyof Kubernetes,
  meanwhile: () => Promise<void>,
): Kubernetes {
  let isFrozen = true;
  return new Proxy(kubernetes, {
    get(target, name) {
      const method: (...args: unknown[]) => unknown = Reflect.get(target, name).bind(target);
      if (name !== call) return method;
      return async (...args: unknown[]) => {
        const thaws = isFrozen;
        isFrozen = false;
        if (thaws) await meanwhile();
        return method(...args);
      };
    },
  });
}
