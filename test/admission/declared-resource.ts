import { type CustomResource, changed, type Patch } from '../crds/custom-resource.ts';
import { NAMESPACE } from './rights.ts';

/** A valid resource whose `spec` is changed by a merge patch; what is namespaced is in NAMESPACE. */
export function declared(kind: CustomResource['kind'], spec: Patch, name = 'new'): CustomResource {
  const namespace = kind === 'PamConnection' ? {} : { namespace: NAMESPACE };
  return { ...changed(kind, spec), metadata: { name, ...namespace } };
}
