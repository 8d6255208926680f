import { identityOf, type ObjectIdentity } from './object-identity.ts';

/**
 * Representation of the metadata-only watch. The values never leave the API server; annotations do, and
 * `last-applied-configuration` among them may hold all values, so the projection drops them while it reads.
 */
export const SECRET_METADATA_ACCEPT = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  watch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
} as const;

/** That a Secret exists, and in which state. */
export interface SecretMetadata {
  readonly metadata: ObjectIdentity;
}

/**
 * Projection for the Secret reflector. Refuses an object that carries values: the server ignored the
 * representation, and values must not be cached.
 * @throws TypeError in that case
 */
export function projectSecretMetadata(raw: unknown): SecretMetadata | undefined {
  if (typeof raw === 'object' && raw !== null && ('data' in raw || 'stringData' in raw)) {
    throw new TypeError('the metadata-only watch delivered values');
  }
  const metadata = identityOf(raw);
  return metadata === undefined ? undefined : { metadata };
}
