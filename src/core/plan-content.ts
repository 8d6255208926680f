import { compareApplied, secretSettingsText } from './applied-spec.ts';
import type { Need } from './decision.ts';
import { compareDigest, digest, type InstallKey } from './digest.ts';
import { type Failure, problem } from './failure.ts';
import type { ManagedResource } from './managed-resource.ts';
import type { MaterialField, UsableMaterial } from './material.ts';
import type { RecordDecision } from './plan-record.ts';
import type { FieldRecord, RecordedChange } from './recorded-change.ts';
import { type ContentState, compareField, recordedField, versionIsKnown } from './recorded-content.ts';
import { MAIN_FIELD, type SecretSource, secretSources } from './secret-source.ts';
import type { Situation } from './situation.ts';

/** What happens to the secret parts of a record in this pass. */
export interface ContentDecision {
  /** The content goes into the upsert. */
  readonly send: boolean;
  /** SSH keys: the unchanged key may go along with an upsert for another reason, since PAM asks for it. */
  readonly resend: boolean;
  /** The block `additionalSettings` with secret parts goes along. */
  readonly additional: boolean;
  /** Digest for the intent; empty where nothing secret is sent. */
  readonly intentDigest: string;
  /** A Secret cannot be used, or its value is held back. */
  readonly failure?: Failure;
  readonly changes: RecordedChange;
}

const LEAVE: ContentDecision = {
  send: false,
  resend: false,
  additional: false,
  intentDigest: '',
  changes: {},
};

/** `changeBefore` of a push to a record that the list does not show (disabled and hidden): nothing to compare with. */
export const UNLISTED = 'unlisted';

/** A field whose Secret is compared with what was recorded. */
type Comparison = ReturnType<typeof compareField>;

/**
 * Secret content is pushed on change only (design 4.3).
 *
 * | record | value against its digest | policy | → |
 * |---|---|---|---|
 * | to be created | · | · | send |
 * | met for the first time | · | · | keep PAM's, record the digest (a force-sync sends) |
 * | known | same | · | leave |
 * | known | different, or never recorded | OnChange | send; hold where PAM rotates or changed the record |
 * | known | different, or never recorded | Override | send |
 * | known | different, or never recorded | Once | leave |
 * | known | made with another install key | · | keep, record the new digest |
 * | with an unconfirmed intent of this value | · | · | `change` unmoved: send again; moved: presume it applied |
 *
 * Secrets are read only where their version is not the recorded one, or where the value itself is needed.
 */
export function decideContent(situation: Situation, record: RecordDecision): Need | ContentDecision {
  const { resource, material } = situation;
  const sources = secretSources(resource);
  if (sources.length === 0) return LEAVE;
  if (material === undefined) {
    return needsValues(situation, record, sources) ? { need: 'material' } : LEAVE;
  }
  if ('failure' in material) return { ...LEAVE, failure: material.failure };
  const content = decideGroup(situation, record, material, 'content');
  if ('need' in content) return content;
  const additional = decideGroup(situation, record, material, 'additional');
  if ('need' in additional) return additional;
  return {
    send: content.send,
    resend: content.unchanged && content.failure === undefined && !record.firstContact,
    additional: additional.send,
    intentDigest: content.send ? content.digest : additional.digest,
    ...((content.failure ?? additional.failure) !== undefined && {
      failure: content.failure ?? additional.failure,
    }),
    changes: {
      fields: [...content.fields, ...additional.fields],
      pushedFields: [...content.pushed, ...additional.pushed],
      ...(content.resolved && { resolved: true }),
      ...(material.keyPair !== undefined && { fingerprint: material.keyPair.fingerprint }),
    },
  };
}

/** Whether the Secrets have to be read. A key's POST carries the key, so every upsert of a key needs them. */
function needsValues(
  situation: Situation,
  record: RecordDecision,
  sources: readonly SecretSource[],
): boolean {
  const { resource, installKey, secretVersions, memory } = situation;
  if (record.firstContact || resource.forced || resource.status.pending !== undefined) return true;
  if (resource.kind === 'key' && compareApplied(resource, installKey) === 'different') return true;
  const block = settingsBlock(resource, installKey);
  if (block !== undefined && recordedField(resource, block.field)?.digest !== block.digest) return true;
  return !sources.every(({ field, ref }) =>
    versionIsKnown(recordedField(resource, field), secretVersions.get(ref.name), memory.verified.get(field)),
  );
}

interface GroupDecision {
  readonly send: boolean;
  readonly digest: string;
  readonly fields: readonly FieldRecord[];
  readonly pushed: readonly MaterialField[];
  readonly resolved: boolean;
  /** The values are the ones that were recorded last. */
  readonly unchanged: boolean;
  readonly failure?: Failure;
}

function decideGroup(
  situation: Situation,
  record: RecordDecision,
  material: UsableMaterial,
  group: SecretSource['group'],
): Need | GroupDecision {
  const { resource, installKey } = situation;
  const fields = groupFields(situation, material, group);
  const [main] = fields;
  const leave: GroupDecision = {
    send: false,
    digest: main?.digest ?? '',
    fields: [],
    pushed: [],
    resolved: false,
    unchanged: true,
  };
  if (main === undefined) return leave;
  const send: GroupDecision = { ...leave, send: true, pushed: fields };
  const recordAs = (state: ContentState): GroupDecision => ({
    ...leave,
    fields: fields.map((field) => ({ ...field, state })),
  });

  if (!record.exists) return send;
  if (resource.forced) return hold(situation, record, 'Override', send);
  const { pending } = resource.status;
  if (pending !== undefined && compareDigest(installKey, pending.digest, main.digest) === 'same') {
    return resolvePending(situation, record, send, recordAs);
  }
  if (record.firstContact) return recordAs('Kept');

  const comparison = worst(
    fields.map((field) => compareField(installKey, field, recordedField(resource, field.field))),
  );
  if (comparison === 'same') return leave;
  if (comparison === 'unknown') return recordAs('Kept');
  const policy = pushPolicy(resource);
  if (policy === 'Once') return comparison === 'new' ? recordAs('Kept') : { ...leave, unchanged: false };
  return hold(situation, record, policy, send);
}

/**
 * The last push of this very value got no readable answer: the inventory tells whether it was applied. `change` is
 * compared as an opaque text; equal means that nothing touched the record since the intent was written.
 */
function resolvePending(
  { resource, memory, inventory, startedAtMs, connection }: Situation,
  record: RecordDecision,
  send: GroupDecision,
  recordAs: (state: ContentState) => GroupDecision,
): Need | GroupDecision {
  const pending = resource.status.pending;
  if (pending === undefined || pending.digest === memory.refusedDigest) return send;
  const notBeforeMs = Math.max(memory.writeEndedAtMs, startedAtMs - 10_000);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  const change = record.entry?.change;
  if (change === undefined || pending.changeBefore === UNLISTED || change === pending.changeBefore)
    return send;
  // A create in two POSTs may have got through with the first one only; the same value once more does no harm.
  const createdInTwo = pending.changeBefore === undefined && connection.disabledRecords === 'Hidden';
  if (createdInTwo && resource.kind === 'credential') return send;
  return { ...recordAs('Presumed'), resolved: true };
}

/** A changed Secret is held back where PAM or a person changed the record: pushing could part vault and device. */
function hold(
  { inventory, seenAtMs, memory, resource }: Situation,
  record: RecordDecision,
  policy: 'OnChange' | 'Override',
  send: GroupDecision,
): Need | GroupDecision {
  const notBeforeMs = Math.max(seenAtMs, memory.writeEndedAtMs);
  if (inventory === undefined || inventory.inventory.sentAtMs < notBeforeMs)
    return { need: 'inventory', notBeforeMs };
  if (policy === 'Override') return send;
  const { entry } = record;
  const baseline = resource.status.content?.change;
  const rotated = baseline !== undefined && entry?.change !== undefined && entry.change !== baseline;
  if (entry?.automaticChange !== true && !rotated) return send;
  const why =
    entry?.automaticChange === true
      ? 'PAM Core rotates the password of this record by itself'
      : 'The record was changed in PAM Core since the last push';
  return {
    ...send,
    send: false,
    pushed: [],
    failure: problem('RotatedElsewhere', `${why}, so the new value of the Secret is held back`),
  };
}

/** The fields of a group with their digests; the block around secret settings counts as one more field. */
function groupFields(
  { resource, installKey }: Situation,
  material: UsableMaterial,
  group: SecretSource['group'],
): MaterialField[] {
  const names = new Set(
    secretSources(resource)
      .filter((source) => source.group === group)
      .map(({ field }) => field),
  );
  const fields = material.fields.filter(({ field }) => names.has(field));
  const main = MAIN_FIELD[resource.kind];
  fields.sort((left, right) => Number(right.field === main) - Number(left.field === main));
  const block = group === 'additional' ? settingsBlock(resource, installKey) : undefined;
  const [first] = fields;
  return block === undefined || first === undefined
    ? fields
    : [{ ...block, version: first.version }, ...fields];
}

/** The block around secret settings, as a field of its own: it may change while its Secrets do not. */
function settingsBlock(
  resource: ManagedResource,
  key: InstallKey,
): Pick<MaterialField, 'field' | 'digest'> | undefined {
  const text = secretSettingsText(resource);
  if (text === undefined) return undefined;
  const { namespace, name } = resource.metadata;
  const field = 'additionalSettings';
  return { field, digest: digest(key, { kind: resource.resourceKind, namespace, name, field }, text) };
}

function worst(comparisons: readonly Comparison[]): Comparison {
  for (const candidate of ['different', 'new', 'unknown'] as const)
    if (comparisons.includes(candidate)) return candidate;
  return 'same';
}

function pushPolicy(resource: ManagedResource): 'OnChange' | 'Override' | 'Once' {
  return (resource.kind === 'credential' ? resource.spec.content?.push : resource.spec.push) ?? 'OnChange';
}
