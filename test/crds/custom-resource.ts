import { type ApiAnswer, callApi } from './api-server.ts';
import { NAMESPACE } from './kubectl.ts';

/** A custom resource as a test writes it: right or wrong. */
export interface CustomResource {
  apiVersion: string;
  kind: 'PamConnection' | 'PamCredential' | 'PamSshKey';
  metadata: { name: string; namespace?: string };
  spec: Record<string, unknown>;
}

/** A JSON merge patch (RFC 7396): `null` removes a field, lists are replaced. */
export type Patch = Record<string, unknown>;

const apiVersion = 'pam-operator.io/v1alpha1';

/** The least that each kind accepts: every row of a table changes one thing about it. */
const VALID: Readonly<Record<CustomResource['kind'], CustomResource>> = {
  PamConnection: {
    apiVersion,
    kind: 'PamConnection',
    metadata: { name: 'a-connection' },
    spec: {
      url: 'https://pam.example.com',
      auth: { oauth2: { secretName: 'pam-core' } },
      identifierPrefix: 'test',
    },
  },
  PamCredential: {
    apiVersion,
    kind: 'PamCredential',
    metadata: { name: 'a-credential', namespace: NAMESPACE },
    spec: { username: 'svc-orders', device: { hostname: 'w2016', ip: '10.66.33.15' } },
  },
  PamSshKey: {
    apiVersion,
    kind: 'PamSshKey',
    metadata: { name: 'a-key', namespace: NAMESPACE },
    spec: {
      username: 'deploy',
      device: { hostname: 'w2016', ip: '10.66.33.15' },
      privateKey: { secretRef: { name: 'deploy-key', key: 'ssh-privatekey' } },
    },
  },
};

const PLURALS = { PamConnection: 'pamconnections', PamCredential: 'pamcredentials', PamSshKey: 'pamsshkeys' };

/** A valid resource of a kind whose `spec` is changed by a merge patch. */
export function changed(kind: CustomResource['kind'], spec: Patch): CustomResource {
  const base = VALID[kind];
  return { ...base, spec: merge(base.spec, spec) as Record<string, unknown> };
}

/** Asks the API server whether it would take this resource. Nothing is stored. */
export function tryCreate(resource: CustomResource): Promise<ApiAnswer> {
  return callApi('POST', `${collection(resource)}?dryRun=All&fieldValidation=Strict`, resource);
}

export function create(resource: CustomResource): Promise<ApiAnswer> {
  return callApi('POST', `${collection(resource)}?fieldValidation=Strict`, resource);
}

/** Asks the API server whether it would take this change of a stored resource. Nothing is stored. */
export function tryUpdate(resource: CustomResource, spec: Patch): Promise<ApiAnswer> {
  const path = `${collection(resource)}/${resource.metadata.name}?dryRun=All&fieldValidation=Strict`;
  return callApi('PATCH', path, { spec });
}

/** Path of the list that a resource belongs to. */
export function collection({ kind, metadata: { namespace } }: CustomResource): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `/apis/${apiVersion}${scope}/${PLURALS[kind]}`;
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = merge(result[key], value);
    }
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
