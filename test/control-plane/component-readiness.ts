import type { IssuedCertificate } from './certificate.ts';
import { CONTROLLERS, type ControlPlanePorts } from './component-flags.ts';
import { getHttps } from './https-get.ts';
import type { ComponentName } from './running-control-plane.ts';

/** Whether a component does its work already; false also when it cannot be reached. */
export async function isComponentReady(
  name: ComponentName,
  ports: ControlPlanePorts,
  caCertificate: string,
  admin: IssuedCertificate,
): Promise<boolean> {
  const get = (port: number, path: string) =>
    getHttps(`https://127.0.0.1:${port}${path}`, caCertificate, admin);
  switch (name) {
    case 'etcd':
      return fetch(`http://127.0.0.1:${ports.etcdClient}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
    case 'kube-apiserver':
      // readyz does not wait for the namespace that nearly every caller uses first.
      return (
        (await get(ports.apiServer, '/readyz')) !== undefined &&
        (await get(ports.apiServer, '/api/v1/namespaces/default')) !== undefined
      );
    case 'kube-controller-manager': {
      // It reports "healthy" from the first moment; a controller is listed once it runs.
      const health = (await get(ports.controllerManager, '/healthz?verbose')) ?? '';
      return CONTROLLERS.every((controller) => health.includes(`[+]${controller} ok`));
    }
    case 'kube-scheduler':
      return (await get(ports.scheduler, '/readyz')) !== undefined;
  }
}
