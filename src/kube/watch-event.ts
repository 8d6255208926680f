import { asObject, textField } from './json-fields.ts';
import { identityOf, type ObjectIdentity } from './object-identity.ts';

/** One line of a watch, understood. */
export type WatchEvent =
  | { readonly type: 'changed' | 'deleted'; readonly identity: ObjectIdentity; readonly raw: unknown }
  | {
      readonly type: 'bookmark';
      readonly resourceVersion: string;
      /** Of a stream that began with all objects: they have been sent. */
      readonly endsInitialEvents: boolean;
    }
  /** The server ends the watch: `code` of its Status object. */
  | { readonly type: 'error'; readonly code: number | undefined }
  /** No JSON, an unknown type, an object without identity: what it said is lost, so only a new list helps. */
  | { readonly type: 'corrupt' };

/** Reads one line of a watch. Total: never throws. */
export function readWatchEvent(line: string): WatchEvent {
  let event: ReturnType<typeof asObject>;
  try {
    event = asObject(JSON.parse(line));
  } catch {
    return { type: 'corrupt' };
  }
  const object = asObject(event?.object);
  switch (textField(event, 'type')) {
    // Both mean "this is its state now": after a gap the server may call a known object ADDED.
    case 'ADDED':
    case 'MODIFIED':
      return objectEvent('changed', object);
    case 'DELETED':
      return objectEvent('deleted', object);
    case 'BOOKMARK': {
      const metadata = asObject(object?.metadata);
      const resourceVersion = textField(metadata, 'resourceVersion');
      const mark = textField(asObject(metadata?.annotations), 'k8s.io/initial-events-end');
      return resourceVersion
        ? { type: 'bookmark', resourceVersion, endsInitialEvents: mark === 'true' }
        : { type: 'corrupt' };
    }
    case 'ERROR':
      return { type: 'error', code: typeof object?.code === 'number' ? object.code : undefined };
    default:
      return { type: 'corrupt' };
  }
}

function objectEvent(type: 'changed' | 'deleted', raw: unknown): WatchEvent {
  const identity = identityOf(raw);
  return identity === undefined ? { type: 'corrupt' } : { type, identity, raw };
}
