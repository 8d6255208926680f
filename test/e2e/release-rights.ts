import type { RightsObject, ReleaseRule as Rule } from '../../scripts/generate/release-rights.ts';

/** `secrets get in team-a`; cluster-wide rights are `in *`. */
export type Right = string;

/** As the chart makes them with `config.secrets.watch: false`. */
export function withoutSecretsWatch(objects: readonly RightsObject[]): RightsObject[] {
  return mapRules(objects, (rule) => {
    if (!rule.resources.includes('secrets')) return rule;
    return { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'list' && verb !== 'watch') };
  });
}

/** Every rule of the objects, in the order of the manifests. */
export function rulesOf(
  objects: readonly RightsObject[],
): { readonly rule: Rule; readonly rights: Right[] }[] {
  return objects.flatMap(({ metadata, rules = [] }) =>
    rules.map((rule) => ({ rule, rights: rightsOf(rule, metadata.namespace) })),
  );
}

export function withoutRule(objects: readonly RightsObject[], removed: Rule): RightsObject[] {
  return mapRules(objects, (rule) => (rule === removed ? undefined : rule));
}

export function right(resource: string, verb: string, namespace: string | undefined): Right {
  return `${resource} ${verb} in ${namespace ?? '*'}`;
}

function rightsOf({ apiGroups, resources, verbs }: Rule, namespace: string | undefined): Right[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => right(qualified(resource, group), verb, namespace))),
  );
}

/** `leases.coordination.k8s.io`, `pamcredentials.pam-operator.io/status`, `secrets`. */
export function qualified(resource: string, group: string | undefined): string {
  if (!group) return resource;
  const [plural = '', subresource] = resource.split('/');
  return `${plural}.${group}${subresource === undefined ? '' : `/${subresource}`}`;
}

function mapRules(
  objects: readonly RightsObject[],
  change: (rule: Rule) => Rule | undefined,
): RightsObject[] {
  return objects.map((object) =>
    object.rules === undefined
      ? object
      : { ...object, rules: object.rules.map(change).filter((rule) => rule !== undefined) },
  );
}
