import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

export interface ReleaseRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A Kubernetes object that gives rights; roles have rules. */
export interface RightsObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly ReleaseRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

/** The chart with and without `watchNamespaces`; `npm run manifests` makes both files from it. */
const FILES = {
  'all namespaces': 'deploy/base/pam-operator.yaml',
  'some namespaces': 'deploy/overlays/namespaced/pam-operator.yaml',
} as const;

export type WatchMode = keyof typeof FILES;

/** The operator's ServiceAccount, the roles that are bound to it, and their bindings; no roles for people. */
export function releaseRights(mode: WatchMode): RightsObject[] {
  const text = readFileSync(new URL(`../../${FILES[mode]}`, import.meta.url), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as RightsObject);
  const bindings = objects.filter(({ subjects = [] }) =>
    subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === 'pam-operator'),
  );
  const isBound = ({ kind, metadata }: RightsObject) =>
    bindings.some(
      (binding) =>
        binding.roleRef?.kind === kind &&
        binding.roleRef.name === metadata.name &&
        binding.metadata.namespace === metadata.namespace,
    );
  return objects.filter(
    (object) => object.kind === 'ServiceAccount' || isBound(object) || bindings.includes(object),
  );
}
