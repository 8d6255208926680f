import { API_GROUP } from '../api/names.ts';
import { KubeError } from '../core/kube-error.ts';
import { asObject, textField } from './json-fields.ts';
import type { KubeClient } from './kube-client.ts';
import { identityOf } from './object-identity.ts';
import { corePath } from './resource-path.ts';

/** Values of a Secret by key; prints as `[redacted]`. */
class SecretData extends Map<string, Uint8Array> {
  toJSON(): string {
    return '[redacted]';
  }

  /** Node's `util.inspect` looks for this well-known symbol. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

/** A Secret as it is now. */
export interface SecretValue {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
  /** Only those under `pam-operator.io/`; others may repeat all values (`last-applied-configuration`). */
  readonly annotations: ReadonlyMap<string, string>;
}

/** Reads one Secret by name, never a list, straight from etcd (a quorum read). */
export interface SecretReader {
  /** @throws RangeError for a name that is none, KubeError for all but 404 and 403 */
  readSecret(
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<SecretValue | 'notFound' | 'forbidden'>;
}

export function createSecretReader(client: KubeClient): SecretReader {
  return {
    readSecret: async (namespace, name, signal) => {
      const { status, body } = await client.request({
        method: 'GET',
        path: corePath('secrets', namespace, name),
        resource: 'secrets',
        expected: [403, 404],
        ...(signal !== undefined && { signal }),
      });
      if (status === 404) return 'notFound';
      if (status === 403) return 'forbidden';
      const identity = identityOf(body);
      if (identity === undefined)
        throw new KubeError({ verb: 'get', resource: 'secrets', signal: 'unreadable' });
      const { uid, resourceVersion } = identity;
      return { uid, resourceVersion, data: dataOf(body), annotations: annotationsOf(body) };
    },
  };
}

function dataOf(body: unknown): SecretData {
  const data = new SecretData();
  for (const [key, value] of Object.entries(asObject(asObject(body)?.data) ?? {})) {
    if (typeof value === 'string') data.set(key, new Uint8Array(Buffer.from(value, 'base64')));
  }
  return data;
}

function annotationsOf(body: unknown): ReadonlyMap<string, string> {
  const all = asObject(asObject(asObject(body)?.metadata)?.annotations);
  const own = new Map<string, string>();
  for (const key of Object.keys(all ?? {})) {
    const value = textField(all, key);
    if (key.startsWith(`${API_GROUP}/`) && value !== undefined) own.set(key, value);
  }
  return own;
}
