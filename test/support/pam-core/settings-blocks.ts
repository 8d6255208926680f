import { isJsonObject, type Json, type JsonObject, textOf } from './json-value.ts';
import { type CredentialRecord, type SettingsBlock, settingsBlocks } from './record.ts';

/** A settings block, sent as an object or as an array of one object: the pages print both. */
export function blockOf(body: JsonObject, name: SettingsBlock): JsonObject | undefined {
  const value: Json | undefined = body[name];
  const block = Array.isArray(value) ? value[0] : value;
  return isJsonObject(block) ? block : undefined;
}

/** The identifier that was sent; the one inside `additional_settings` counts only without a top-level one. */
export function sentIdentifier(body: JsonObject): string {
  const inside = textOf(blockOf(body, 'additional_settings') ?? {}, 'identifier');
  return textOf(body, 'identifier') ?? inside ?? '';
}

/** Notes at top level or inside `additional_settings`; inside wins. */
export function sentNotes(body: JsonObject): string | undefined {
  return textOf(blockOf(body, 'additional_settings') ?? {}, 'notes') ?? textOf(body, 'notes');
}

/** Stores the blocks that were sent; the others stay. */
export function applySettings(record: CredentialRecord, body: JsonObject, how: 'replace' | 'merge'): void {
  for (const name of settingsBlocks) {
    const sent = blockOf(body, name);
    if (sent === undefined) continue;
    record.settings[name] = how === 'merge' ? { ...record.settings[name], ...sent } : { ...sent };
  }
}
