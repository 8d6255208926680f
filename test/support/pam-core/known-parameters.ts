import { deviceAttributes } from './device-registry.ts';
import type { JsonObject } from './json-value.ts';
import { credentialFields, settingsBlocks } from './record.ts';
import type { Template } from './router.ts';

const place = ['identifier', 'username', 'hostname', 'ip'];

/** Documented top-level parameters. PAM Core is not known to refuse others, so they are only journalled. */
const known: Partial<Record<Template, readonly string[]>> = {
  TOKEN: ['grant_type', 'client_id', 'client_secret', 'tenant'],
  C4: [...place, 'content', ...credentialFields, ...deviceAttributes, ...settingsBlocks],
  K1: [...place, 'private_key', 'public_key', 'enabled', 'devices', 'tags', 'key_name', 'password'],
  D3: ['hostname', 'ip', ...deviceAttributes],
};

/** Top-level names of a body that no vendor page lists for this endpoint. */
export function unknownParameters(template: Template, body: JsonObject): string[] {
  const names = known[template] ?? [];
  return Object.keys(body).filter((name) => !names.includes(name));
}
