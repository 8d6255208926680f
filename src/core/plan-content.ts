import { compareApplied } from './applied-spec.ts';
import type { Need } from './decision.ts';
import type { Failure } from './failure.ts';
import type { MaterialField, UsableMaterial } from './material.ts';
import {
  type GroupDecision,
  hold,
  LEAVE_GROUP,
  type PushPolicy,
  pushPolicy,
  UNDECIDED,
} from './plan-hold.ts';
import { resolveIntent, settlesInMs } from './plan-intent.ts';
import { isPendingCreate, type RecordDecision } from './plan-record.ts';
import type { RecordedChange } from './recorded-change.ts';
import {
  type ContentState,
  compareField,
  type RecordedField,
  recordedField,
  versionIsKnown,
} from './recorded-content.ts';
import { groupFields, intentDigest, settingsBlock } from './secret-fields.ts';
import { type SecretSource, secretSources } from './secret-source.ts';
import type { Situation } from './situation.ts';

/** What happens to the secret parts of a record in this pass. */
export interface ContentDecision {
  /** The content goes into the upsert. */
  readonly send: boolean;
  /** The block `additionalSettings` with secret parts goes along. */
  readonly additional: boolean;
  /** Digest for the intent; empty where nothing secret is sent. */
  readonly intentDigest: string;
  /** The intent in the status is of what is sent now, and is known not to have been applied. */
  readonly notApplied: boolean;
  /** A Secret cannot be used: nothing but a disable goes out. */
  readonly failure?: Failure;
  /** The list shows that the push of these very values was applied; the one of a key takes its spec along. */
  readonly presumed: boolean;
  /** An earlier push may still be applied late: the new value waits. */
  readonly unsettled: boolean;
  /** A value is held back: everything but this value goes on. */
  readonly held?: Failure;
  readonly changes: RecordedChange;
}

const LEAVE: ContentDecision = {
  send: false,
  additional: false,
  intentDigest: '',
  notApplied: false,
  presumed: false,
  unsettled: false,
  changes: {},
};

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
 * | with an unconfirmed intent of these values | · | · | `change` unmoved: send again; moved: presume it applied |
 * | with an unconfirmed intent of other values | same | not Once | PAM may hold the others, so send; leave where `change` is unmoved and the recorded value was never ours |
 * | changed, or with an unconfirmed intent, and the list is not whole | · | not Override | wait for one that is |
 * | with an unconfirmed intent of other values, a minute ago at most | · | · | wait, also with a create or a force-sync |
 *
 * A hold lasts until the Secret is back at the recorded value, a force-sync, or `Override`: an update without content
 * moves `change` too, so `change` alone could not tell. SSH keys: an edit of another field carries the key, so it is a
 * push like that of a changed one; it is over when the edit is undone.
 *
 * Secrets are read only where their version is not the recorded one, or where the value itself is needed.
 */
export function decideContent(situation: Situation, record: RecordDecision): Need | ContentDecision {
  const { resource, material, installKey } = situation;
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
  const held = content.held ?? additional.held;
  const pushedFields = [...content.pushed, ...additional.pushed];
  const baseline = content.baseline ?? additional.baseline;
  return {
    send: content.send,
    additional: additional.send,
    intentDigest: intentDigest(resource, installKey, pushedFields),
    notApplied: content.notApplied || additional.notApplied,
    presumed: content.presumed === true,
    unsettled: content.unsettled === true || additional.unsettled === true,
    ...(held !== undefined && { held }),
    changes: {
      fields: [...content.fields, ...additional.fields],
      pushedFields,
      heldFields: [...content.heldFields, ...additional.heldFields],
      releasedFields: [...content.releasedFields, ...additional.releasedFields],
      ...((content.resolved || additional.resolved) && { resolved: true }),
      ...(baseline !== undefined && { baseline }),
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
  // The spec may be back at what PAM has, with no Secret changed: only the values tell that a hold is over.
  if (sources.some(({ field }) => recordedField(resource, field)?.state === 'Pending')) return true;
  return !sources.every(({ field, ref }) =>
    versionIsKnown(recordedField(resource, field), secretVersions.get(ref.name), memory.verified.get(field)),
  );
}

const UNSETTLED: GroupDecision = { ...LEAVE_GROUP, unsettled: true };

function decideGroup(
  situation: Situation,
  record: RecordDecision,
  material: UsableMaterial,
  group: SecretSource['group'],
): Need | GroupDecision {
  const { resource, installKey } = situation;
  const fields = groupFields(resource, installKey, material, group);
  if (fields.length === 0) return LEAVE_GROUP;
  const other = group === 'content' ? 'additional' : 'content';
  const otherGroup = groupFields(resource, installKey, material, other);
  const send: GroupDecision = { ...LEAVE_GROUP, send: true, pushed: fields };
  const recordAs = (state: ContentState): GroupDecision => ({
    ...LEAVE_GROUP,
    fields: fields.map((field) => ({ ...field, state })),
  });

  const intent = resolveIntent(situation, record, material, group);
  if (typeof intent === 'object') return intent;
  // Not even a create or a force-sync: what is applied late would be PAM's last word.
  if (intent === 'unsettled') return UNSETTLED;
  if (intent === 'undecided') return UNDECIDED;
  if (!record.exists) return intent === 'none' && settlesInMs(situation) > 0 ? UNSETTLED : send;
  const recorded = fields.map(({ field }) => recordedField(resource, field));
  const comparison = worst(fields.map((field, at) => compareField(installKey, field, recorded[at])));
  // The intent is gone once a later try of its value has got through; the one without an answer may be on its way still.
  if (intent === 'none' && comparison !== 'same' && settlesInMs(situation) > 0) return UNSETTLED;
  if (resource.forced) return hold(situation, record, 'Override', fields, send);
  if (intent === 'applied') {
    // The list that shows the push was sent after it, so it is the baseline too.
    const baseline = record.entry?.change;
    const presumed = { ...recordAs('Presumed'), presumed: true, resolved: true };
    return { ...presumed, ...(baseline !== undefined && { baseline }) };
  }
  if (intent === 'notApplied') return { ...send, notApplied: true };
  if (situation.seal === 'otherKey') return rebase(fields, recorded);
  if (record.firstContact && !isPendingCreate(situation)) return recordAs('Kept');

  const policy = pushPolicy(resource);
  const states = recorded.map((before) => before?.state);
  const resolved = intent !== 'none';
  if (comparison === 'unknown') return recordAs('Kept');
  if (comparison === 'same') {
    // Whose values an intent is of cannot be told where both groups have some: what PAM keeps is not risked for it.
    const perhapsOthers = states.includes('Kept') && otherGroup.length > 0;
    if (intent === 'othersApplied' && policy !== 'Once' && !perhapsOthers)
      return hold(situation, record, policy, fields, send);
    if (intent === 'othersNotApplied' && mayHideThem(policy, record, states)) return send;
    const releasedFields = fields.filter((_, at) => states[at] === 'Pending').map(({ field }) => field);
    const leave = { ...LEAVE_GROUP, releasedFields, resolved };
    const edited = resource.kind === 'key' && compareApplied(resource, installKey) === 'different';
    if (!edited) return leave;
    // The edit takes the key along: a push like any other. What PAM had before is not replaced with `Once`.
    if (policy === 'Once' && states.includes('Kept')) return leave;
    return hold(
      situation,
      record,
      policy,
      fields,
      send,
      'the change of the spec, which takes the key along,',
    );
  }
  if (policy === 'Once') return { ...(comparison === 'new' ? recordAs('Kept') : LEAVE_GROUP), resolved };
  return hold(situation, record, policy, fields, send);
}

/**
 * An equal `change` may hide a push within the same second, after all. The recorded value once more does no harm, where
 * it is one that the operator has pushed: what PAM had itself is not in the Secret.
 */
function mayHideThem(
  policy: PushPolicy,
  { entry }: RecordDecision,
  states: readonly (ContentState | undefined)[],
): boolean {
  const ours = states.every((state) => state === 'Pushed' || state === 'Presumed');
  return ours && policy !== 'Once' && entry?.automaticChange !== true;
}

/**
 * The install key was lost or replaced, so no digest can be compared. A Secret of the very version that was recorded
 * has the value that was recorded; any other may have been changed, or rotated in PAM: it is kept as it is there.
 */
function rebase(
  fields: readonly MaterialField[],
  recorded: readonly (RecordedField | undefined)[],
): GroupDecision {
  return {
    ...LEAVE_GROUP,
    fields: fields.map((field, at) => {
      const before = recorded[at];
      const { uid, resourceVersion } = field.version;
      const same = before?.version?.uid === uid && before.version.resourceVersion === resourceVersion;
      return { ...field, state: (same ? before.state : undefined) ?? 'Kept' };
    }),
  };
}

function worst(comparisons: readonly Comparison[]): Comparison {
  for (const candidate of ['different', 'new', 'unknown'] as const)
    if (comparisons.includes(candidate)) return candidate;
  return 'same';
}
