import { kubectl } from './kubectl.ts';
import type { Servers } from './stage.ts';

/** Keys of Secrets whose values may be seen. */
const PUBLIC_KEYS = ['clientId', 'public.key'];
/** Shorter texts turn up everywhere by chance. */
const SHORTEST = 8;

interface SecretList {
  readonly items: readonly { readonly data?: Readonly<Record<string, string>> }[];
}

/**
 * Every value that Secrets of the cluster hold, decoded and as it is written in a Secret. Of values with several
 * lines each line counts: a log would escape their line breaks.
 */
export async function secretValues({ controlPlane }: Servers): Promise<string[]> {
  const list = JSON.parse(await kubectl(controlPlane, ['get', 'secrets', '-A', '-o', 'json'])) as SecretList;
  const encoded = list.items.flatMap(({ data = {} }) =>
    Object.entries(data).flatMap(([key, value]) => (PUBLIC_KEYS.includes(key) ? [] : [value])),
  );
  const decoded = encoded.map((value) => Buffer.from(value, 'base64').toString('utf8'));
  return [...encoded, ...decoded.flatMap((value) => value.split('\n'))].filter(
    (value) => value.length >= SHORTEST && !value.startsWith('-----'),
  );
}
