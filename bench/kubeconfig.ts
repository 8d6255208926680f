import { type KubeConnection, loadKubeConfig } from '../src/kube/kube-config.ts';

/** The kubeconfig of a control plane as the operator understands it. */
export function connectionOf(kubeconfigPath: string): KubeConnection {
  const result = loadKubeConfig({ kubeconfig: kubeconfigPath });
  if ('problem' in result) throw new Error(result.problem);
  return result.connection;
}
