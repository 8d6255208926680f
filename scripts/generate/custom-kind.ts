import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Schema } from './schema.ts';

/** The parts of a CustomResourceDefinition that generators and tests read. */
interface CustomResourceDefinition {
  metadata: { name: string };
  spec: {
    group: string;
    scope: 'Cluster' | 'Namespaced';
    names: { kind: string; plural: string; shortNames: string[]; categories: string[] };
    versions: {
      name: string;
      additionalPrinterColumns: { name: string; type: string; jsonPath: string; priority?: number }[];
      selectableFields: { jsonPath: string }[];
      schema: { openAPIV3Schema: Schema };
    }[];
  };
}

/** One custom kind, read from its CRD. */
export interface CustomKind {
  /** File under `crds/`. */
  file: string;
  /** The file's text. */
  source: string;
  /** `PamCredential` */
  kind: string;
  /** `pam-credential`: the stem of files that speak of this kind. */
  stem: string;
  crd: CustomResourceDefinition;
  /** The whole object. */
  schema: Schema;
  spec: Schema;
  status: Schema;
}

const FILES = [
  'pam-operator.io_pamconnections.yaml',
  'pam-operator.io_pamcredentials.yaml',
  'pam-operator.io_pamsshkeys.yaml',
];

/**
 * Reads the CRDs of a checkout.
 *
 * @param root folder of the checkout, as a URL that ends in `/`
 * @throws Error where a CRD has not exactly one version with `spec` and `status`
 */
export function readCustomKinds(root: URL): CustomKind[] {
  return FILES.map((file) => {
    const source = readFileSync(new URL(`crds/${file}`, root), 'utf8');
    const crd = parse(source) as CustomResourceDefinition;
    const [version, ...others] = crd.spec.versions;
    const schema = version?.schema.openAPIV3Schema;
    const { spec, status } = schema?.properties ?? {};
    if (schema === undefined || spec === undefined || status === undefined || others.length > 0) {
      throw new Error(`${file}: must have exactly one version, with spec and status`);
    }
    const { kind } = crd.spec.names;
    const stem = kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
    return { file, source, kind, stem, crd, schema, spec, status };
  });
}
