/** Without the version, a component calls itself v0.0.0 and clients that compare versions misbehave. */
export function kubernetesVersionVariables(version: string): string[] {
  const [major, minor] = version.split('.');
  const set = (name: string, value: string | undefined) => `k8s.io/component-base/version.${name}=${value}`;
  return [set('gitVersion', `v${version}`), set('gitMajor', major), set('gitMinor', minor)];
}
