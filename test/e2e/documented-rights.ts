import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { blocks } from '../support/markdown.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A Kubernetes object of the page; roles have rules. */
export interface RightsObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

/** `secrets get in team-a`; cluster-wide rights are `in *`. */
export type Right = string;

/** The objects that docs/install.md tells to apply, under the heading of a watch mode. */
export function documentedRights(heading: 'All namespaces' | 'Some namespaces'): RightsObject[] {
  const page = readFileSync(new URL('../../docs/install.md', import.meta.url), 'utf8');
  const section = page.split(`\n### ${heading}\n`)[1]?.split(/^##+ /m)[0] ?? '';
  const [yaml] = blocks(section, 'yaml');
  if (yaml === undefined) throw new Error(`docs/install.md has no YAML under "${heading}"`);
  return parseAllDocuments(yaml).map((document) => document.toJS() as RightsObject);
}

/** As the page says for `--secrets-watch=false`. */
export function withoutSecretsWatch(objects: readonly RightsObject[]): RightsObject[] {
  return mapRules(objects, (rule) => {
    if (!rule.resources.includes('secrets')) return rule;
    return { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'list' && verb !== 'watch') };
  });
}

/** Every rule of the objects, in the order of the page. */
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
