import { flagOf, type JsonObject, textOf } from './json-value.ts';
import { blockOf } from './settings-blocks.ts';
import type { Vault } from './vault.ts';

/** Whether each parameter is present and not empty. */
export function parametersExist(body: JsonObject, ...names: string[]): boolean {
  return names.every((name) => (textOf(body, name) ?? '') !== '');
}

/** `device_domain`: registered names, several joined by a comma without a space. */
export function deviceDomainsAreKnown(vault: Vault, body: JsonObject): boolean {
  const domains = textOf(body, 'device_domain') ?? '';
  return domains === '' || domains.split(',').every((domain) => vault.catalogue.domains.has(domain));
}

export function domainIsKnown(vault: Vault, body: JsonObject): boolean {
  const domain = textOf(body, 'domain') ?? '';
  return domain === '' || vault.catalogue.domains.has(domain);
}

/** The plugins or templates that the two JIT scenarios ask for; a missing one is an empty text. */
export function jitPlugins(body: JsonObject, part: 'plugin' | 'template'): string[] {
  const jit = blockOf(body, 'jit_settings');
  if (jit === undefined || flagOf(jit, 'jit') !== true) return [];
  const scenarios = [
    { flag: 'credential_creation_and_deletion', actions: ['creation', 'deletion'] },
    { flag: 'enable_disable_credential', actions: ['enable', 'disable'] },
  ];
  return scenarios
    .filter(({ flag }) => flagOf(jit, flag) === true)
    .flatMap(({ actions }) => actions.map((action) => textOf(jit, `credential_${action}_${part}`) ?? ''));
}
