import type { ResourceMetadata } from '../api/resource-metadata.ts';

interface Declared {
  readonly metadata: Pick<ResourceMetadata, 'uid' | 'generation'>;
}

/** Whether both are the same object with the same spec; two that are absent are. */
export function isSameDeclaration(left: Declared | undefined, right: Declared | undefined): boolean {
  return (
    left?.metadata.uid === right?.metadata.uid && left?.metadata.generation === right?.metadata.generation
  );
}
