import { deviceDomainsAreKnown, domainIsKnown, jitPlugins, parametersExist } from './catalogue-checks.ts';
import type { UpsertTarget } from './credential-upsert.ts';
import type { EndpointCall } from './endpoint.ts';
import { identifierIsAllowed } from './identifier-rule.ts';
import { textOf } from './json-value.ts';
import { Refusal, type RefusalCode, UnexpectedError } from './refusal.ts';
import { blockOf } from './settings-blocks.ts';
import { isGranted } from './vault.ts';

interface Check {
  readonly refuse: RefusalCode | 'unexpected error';
  readonly when: (call: EndpointCall, target: UpsertTarget) => boolean;
}

/**
 * The order in which POST credential refuses (inferred; the vendor's pages print the numbers, not the order).
 * The first row that applies answers.
 */
const checks: readonly Check[] = [
  { refuse: 1039, when: ({ caller }) => caller.permission === 'read' },
  { refuse: 1042, when: ({ body }) => textOf(body, 'username') === undefined },
  { refuse: 1004, when: ({ body }) => !parametersExist(body, 'hostname') },
  { refuse: 1005, when: ({ body }) => !parametersExist(body, 'ip') },
  {
    refuse: 1053,
    when: ({ switches }, { identifier }) => !identifierIsAllowed(identifier, switches.identifierRule),
  },
  { refuse: 1029, when: ({ vault, body }) => !deviceDomainsAreKnown(vault, body) },
  {
    refuse: 1029,
    when: ({ vault, body, switches }) => switches.domainMustExist && !domainIsKnown(vault, body),
  },
  { refuse: 1011, when: (_call, { device }) => device === undefined },
  {
    refuse: 1046,
    when: ({ vault, body }) => !jitPlugins(body, 'plugin').every((name) => vault.catalogue.plugins.has(name)),
  },
  {
    refuse: 1047,
    when: ({ vault, body }) =>
      !jitPlugins(body, 'template').every((name) => vault.catalogue.pluginTemplates.has(name)),
  },
  { refuse: 'unexpected error', when: ({ vault, body }) => ownerIsUnknown(vault.catalogue.users, body) },
  { refuse: 1010, when: (_call, { identifierOfAKey }) => identifierOfAKey },
  { refuse: 1052, when: (_call, { byIdentifier, byName }) => differ(byIdentifier, byName) },
  {
    refuse: 1052,
    when: ({ switches }, { byIdentifier, device }) =>
      switches.otherDevice === 'refuse' && byIdentifier !== undefined && byIdentifier.deviceId !== device?.id,
  },
  { refuse: 1009, when: ({ caller }, { hit }) => hit !== undefined && !isGranted(hit, caller.label) },
];

/** Throws the first refusal that applies. */
export function checkCredentialPost(call: EndpointCall, target: UpsertTarget): void {
  const failed = checks.find((check) => check.when(call, target));
  if (failed === undefined) return;
  if (failed.refuse === 'unexpected error') throw new UnexpectedError('unknown user_credential_owner');
  throw new Refusal(failed.refuse);
}

function ownerIsUnknown(users: ReadonlySet<string>, body: EndpointCall['body']): boolean {
  const owner = textOf(blockOf(body, 'additional_settings') ?? {}, 'user_credential_owner') ?? '';
  return owner !== '' && !users.has(owner);
}

function differ(byIdentifier: UpsertTarget['byIdentifier'], byName: UpsertTarget['byName']): boolean {
  return byIdentifier !== undefined && byName !== undefined && byIdentifier.id !== byName.id;
}
