import { createHash, randomBytes } from 'node:crypto';
import type { InstallKey } from '../core/digest.ts';
import { KubeError, type KubeFault } from '../core/kube-error.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import type { KubeClient } from './kube-client.ts';
import { namespaceName } from './kube-name.ts';
import { createSecretReader, type SecretValue } from './secret-reader.ts';

/** Name of the Secret in the operator's namespace. */
export const INSTALL_KEY_SECRET = 'pam-operator-install-key';

const KEY_BYTES = 32;
const DATA_KEY = 'key';

/** Why there is no key. No key, no write to PAM that a digest would have to witness. */
export type InstallKeyProblem =
  /** The operator may not read or create the Secret: its Role is missing. */
  | { readonly problem: 'forbidden' }
  /** The Secret exists but holds no key of 32 bytes. It is never replaced: every digest would change. */
  | { readonly problem: 'malformed' }
  /** The API server did not answer as needed; worth another try. */
  | { readonly problem: 'unavailable'; readonly fault: KubeFault };

/**
 * Reads the key of this installation, or makes it once. Two operators that start together agree: the one that
 * loses the race to create reads the winner's.
 * @throws RangeError where `namespace` is no namespace name
 */
export async function getInstallKey(
  client: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<InstallKey | InstallKeyProblem> {
  try {
    const found = await createSecretReader(client).readSecret(namespace, INSTALL_KEY_SECRET, signal);
    if (found === 'forbidden') return { problem: 'forbidden' };
    if (found !== 'notFound') return readKey(found);
    const created = await createKey(client, namespace, signal);
    if (created !== 'exists') return created;
    const winner = await createSecretReader(client).readSecret(namespace, INSTALL_KEY_SECRET, signal);
    return typeof winner === 'string' ? { problem: 'forbidden' } : readKey(winner);
  } catch (error) {
    if (error instanceof KubeError) return { problem: 'unavailable', fault: error.fault };
    throw error;
  }
}

async function createKey(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<InstallKey | InstallKeyProblem | 'exists'> {
  const bytes = randomBytes(KEY_BYTES);
  const { status } = await client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespaceName(namespace)}/secrets`,
    resource: 'secrets',
    query: { fieldManager: FIELD_MANAGER },
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: INSTALL_KEY_SECRET, labels: { 'app.kubernetes.io/name': 'pam-operator' } },
      type: 'Opaque',
      immutable: true,
      data: { [DATA_KEY]: bytes.toString('base64') },
    },
    expected: [403, 409],
    ...(signal !== undefined && { signal }),
  });
  if (status === 403) return { problem: 'forbidden' };
  return status === 409 ? 'exists' : new RedactedKey(bytes);
}

function readKey(secret: SecretValue): InstallKey | InstallKeyProblem {
  const bytes = secret.data.get(DATA_KEY);
  return bytes?.length === KEY_BYTES ? new RedactedKey(bytes) : { problem: 'malformed' };
}

/** The key; whatever prints it prints its id only. */
class RedactedKey implements InstallKey {
  readonly id: string;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.id = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  toJSON(): string {
    return `[install key ${this.id}]`;
  }

  /** Node's `util.inspect` looks for this well-known symbol. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toJSON();
  }
}
