import { ALLOWED_HOSTS_ANNOTATION } from '../api/names.ts';
import type { PamConnection } from '../api/pam-connection.gen.ts';
import { authSecretName, type ConnectionSettings, connectionSettings } from '../core/connection-settings.ts';
import { type Failure, problem } from '../core/failure.ts';
import { KubeError } from '../core/kube-error.ts';
import type { Kubernetes } from './kubernetes.ts';

export interface PreparePorts {
  readonly kubernetes: Pick<Kubernetes, 'readSecret' | 'readConfigMapKey'>;
  /** Namespace of the operator: Secrets and CA bundles of connections live there. */
  readonly namespace: string;
  readonly leaseDurationSeconds: number;
}

const AUTH_FIELD = '`spec.auth`';

/** Reads what the connection names in the operator's namespace, and checks it together with its spec. */
export async function prepareConnection(
  connection: PamConnection,
  ports: PreparePorts,
): Promise<
  { readonly version: string; readonly settings: ConnectionSettings } | { readonly failure: Failure }
> {
  const { spec, metadata } = connection;
  const { kubernetes, namespace, leaseDurationSeconds } = ports;
  const secretName = authSecretName(spec);
  const secret = await kubernetes.readSecret(namespace, secretName);
  const where = `Secret ${namespace}/${secretName} (${AUTH_FIELD})`;
  if (secret === 'notFound') {
    return {
      failure: problem(
        'SecretNotFound',
        `${where} does not exist`,
        "Create it in the operator's namespace or correct the reference",
      ),
    };
  }
  if (secret === 'forbidden')
    return { failure: problem('SecretForbidden', `The operator may not read ${where}`) };
  const bundle = await readCaBundle(connection, ports);
  if (typeof bundle === 'object') return bundle;
  const settings = connectionSettings(spec, {
    secret: secret.data,
    allowedHosts: hostList(secret.annotations.get(ALLOWED_HOSTS_ANNOTATION)),
    ...(bundle !== undefined && { caBundle: bundle }),
    leaseDurationSeconds,
  });
  if ('failure' in settings) return settings;
  // UID, generation and what was read: a connection that was edited starts anew.
  const version = [metadata.uid, metadata.generation, secret.uid, secret.resourceVersion, bundle ?? ''].join(
    '/',
  );
  return { version, settings };
}

/** Secret or ConfigMap could not be read at all. Whoever waits for the connection must hear of it, not wait on. */
export function unavailable(error: unknown): { readonly failure: Failure; readonly transient: true } {
  if (!(error instanceof KubeError)) throw error;
  const failure = problem(
    'ConnectionNotReady',
    'The API server did not give the Secret of the connection',
    'It is read again',
  );
  return { failure: { ...failure, retry: 'backoff' }, transient: true };
}

async function readCaBundle(
  { spec }: PamConnection,
  { kubernetes, namespace }: PreparePorts,
): Promise<string | undefined | { readonly failure: Failure }> {
  const reference = spec.caBundleConfigMap;
  if (reference === undefined) return undefined;
  const text = await kubernetes.readConfigMapKey(namespace, reference.name, reference.key);
  const where = `ConfigMap ${namespace}/${reference.name} (\`spec.caBundleConfigMap\`)`;
  switch (text) {
    case 'notFound':
      return {
        failure: problem('InvalidSettings', `${where} does not exist`, 'Create it or correct the reference'),
      };
    case 'forbidden':
      return {
        failure: {
          ...problem(
            'InvalidSettings',
            `The operator may not read ${where}`,
            'Allow its ServiceAccount to get it',
          ),
          // An API server that has just started refuses what it has not read the rights for yet.
          retry: 'backoff',
        },
      };
    case 'noKey':
      return {
        failure: problem(
          'InvalidSettings',
          `${where} has no key \`${reference.key}\``,
          'Add it or correct the reference',
        ),
      };
    default:
      return text;
  }
}

function hostList(annotation: string | undefined): readonly string[] {
  return (annotation ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
}
