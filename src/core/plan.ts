import type { Action, SecretPart } from './action.ts';
import { compareApplied } from './applied-spec.ts';
import type { Claimant } from './claims.ts';
import { type Decision, nothing, type Plan } from './decision.ts';
import { type Failure, problem } from './failure.ts';
import type { GrantOperation } from './grants.ts';
import { anyOperationGranted, operationsOf, refusedGrant } from './grants-needed.ts';
import { refusedReference } from './grants-referenced.ts';
import { isChangedElsewhere, withBaseline } from './plan-baseline.ts';
import { type ContentDecision, decideContent } from './plan-content.ts';
import { planDeletion } from './plan-deletion.ts';
import { settlesInMs, UNLISTED } from './plan-intent.ts';
import { planKeyById } from './plan-key-by-id.ts';
import { decideRecord, isPendingCreate, type RecordDecision } from './plan-record.ts';
import { toggles } from './plan-toggle.ts';
import type { Situation } from './situation.ts';

/**
 * The decision of one pass: from a situation to an ordered list of actions, or to what is still missing.
 *
 * | resource | record | → |
 * |---|---|---|
 * | deleting | · | see plan-deletion.ts |
 * | suspended | · | nothing |
 * | known to PAM under the id of the status | · | finalizer, disable on the edge, update if applied or Secret differ, enable on the edge |
 * | first contact | nobody's | finalizer, intent, create, disable or enable as declared |
 * | first contact | ours | the same as known, but the content is kept |
 * | first contact | somebody's | adopt with `Adopt` and the grant, else `AdoptionRequired` |
 * | first contact | unclear | `Conflict`, no call |
 * | had a record before | nobody's | `RecordGone`, no call (a force-sync creates it anew) |
 *
 * In every row: an operation that is not granted means no call at all; a Secret that cannot be used stops
 * everything but a disable.
 */
export function plan(situation: Situation): Plan {
  const { resource, connection } = situation;
  if (resource.deleting) return planDeletion(situation);
  if (connection.suspended || resource.spec.suspend === true) return { ...nothing(), suspended: true };
  // Who may not write there is not told that somebody else does.
  if (situation.rival !== undefined)
    return { ...nothing(), failure: anyOperationGranted(situation) ?? lostTo(situation, situation.rival) };
  if (resource.kind === 'key' && resource.spec.id !== undefined)
    return planKeyById(situation, resource.spec.id);
  const record = decideRecord(situation);
  if ('need' in record) return record;
  if ('failure' in record) return { ...nothing(), failure: record.failure, changes: record.changes ?? {} };
  if (!record.exists && resource.kind === 'key' && resource.spec.privateKey === undefined) {
    const what = `PAM Core's list shows no SSH key with identifier ${record.identifier} to take over`;
    return { ...nothing(), failure: problem('RecordNotFound', what) };
  }
  const content = decideContent(situation, record);
  if ('need' in content) return disableAtOnce(situation, record) ?? content;
  const composed = compose(situation, record, content);
  return 'need' in composed && composed.need !== undefined
    ? composed
    : withBaseline(situation, record, composed as Decision);
}

/** Two resources for one record: the other one has it. Other namespaces' names are not for every reader of a status. */
function lostTo({ resource }: Situation, rival: Claimant): Failure {
  const kind = rival.kind === 'credential' ? 'PamCredential' : 'PamSshKey';
  const who =
    rival.namespace === resource.metadata.namespace
      ? `${kind} ${rival.namespace}/${rival.name}`
      : `A ${kind} of another namespace`;
  return problem('Conflict', `${who} declares the same record and has the older claim to it`);
}

/** A disable of a known record waits for no Secret and no list: whatever else is to be done follows in the next pass. */
function disableAtOnce(situation: Situation, record: RecordDecision): Decision | undefined {
  const { resource } = situation;
  const toggle = toggles(resource, record, situation.seal);
  if (!record.exists || record.firstContact || toggle.edge !== 'disable' || toggle.repeated) return undefined;
  const actions: Action[] = [
    ...(wantsFinalizer(situation) && !resource.hasFinalizer ? [{ do: 'addFinalizer' } as const] : []),
    { do: 'disable', id: record.id, always: false },
  ];
  const refused = refusedGrant(situation, record, operationsOf(actions));
  if (refused !== undefined) return { ...nothing(), failure: refused };
  return { ...nothing(), actions, again: true };
}

function wantsFinalizer({ resource }: Situation): boolean {
  return resource.spec.deletionPolicy === 'Disable';
}

/** Orders the steps: finalizer first, disable before update, update before enable (design 4.1). */
function compose(situation: Situation, record: RecordDecision, content: ContentDecision): Plan {
  const { resource, declared } = situation;
  const { spec } = resource;
  const { pending } = resource.status;
  const toggle = toggles(resource, record, situation.seal);
  const unusable = content.failure ?? missingParent(situation);
  // A toggle moves `change`; content in the same pass could not be told from it, so the next pass pushes. What only a
  // force-sync repeats follows the push instead: it would postpone it for ever.
  const sendsSecret = content.send || content.additional;
  // A push that was sent once without an answer is repeated before an enable: its intent must not go unresolved, or a
  // value that comes meanwhile would not know what may still be applied late.
  const repeatsFirst = toggle.edge === 'enable' && content.notApplied;
  const postponed =
    toggle.edge !== undefined && !toggle.repeated && record.exists && sendsSecret && !repeatsFirst;
  const sendsContent = content.send && !postponed;
  const sendsAdditional = content.additional && !postponed;
  const applied = compareApplied(resource, situation.installKey);
  // A create and a force-sync are done as a whole, or later.
  const waits = content.unsettled && (!record.exists || resource.forced);
  const writesSpec =
    unusable === undefined &&
    !waits &&
    (sendsContent ||
      sendsAdditional ||
      record.mode !== 'update' ||
      applied === 'different' ||
      resource.forced);
  // Every POST of a key carries the key: without leave to send it there is no POST.
  const upserts = writesSpec && (resource.kind === 'credential' || sendsContent);
  // Meeting a key for the first time sends nothing: its POST would replace PAM's key by the Secret's.
  const keepsKey = resource.kind === 'key' && record.exists && record.firstContact && unusable === undefined;
  const actions: Action[] = [];

  if (wantsFinalizer(situation) && !resource.hasFinalizer) actions.push({ do: 'addFinalizer' });
  // A repeated disable follows the upsert anyway.
  if (toggle.edge === 'disable' && record.exists && !(toggle.repeated && upserts))
    actions.push({ do: 'disable', id: record.id, always: false });
  if (upserts) {
    // A create under an explicit identifier is marked too: else the record would look like somebody else's afterwards.
    const marks = sendsContent || sendsAdditional || (!record.exists && declared.explicit);
    // The intent stays as it is through retries of one value, so that repeated failures write nothing.
    if (marks && pending?.digest !== content.intentDigest) {
      const changeBefore = record.exists ? (record.entry?.change ?? UNLISTED) : undefined;
      actions.push({ do: 'recordIntent', digest: content.intentDigest, changeBefore });
    }
    actions.push({
      do: 'upsert',
      mode: record.mode,
      identifier: record.identifier,
      content: secretPart(situation, record, sendsContent),
      additional: secretPart(situation, record, sendsAdditional),
      ...(record.entry !== undefined && { entry: record.entry }),
    });
    if (spec.enabled === false)
      actions.push({ do: 'disable', id: record.exists ? record.id : 'upserted', always: true });
  }
  // The process may have ended between the POST and the DELETE that belongs to it.
  const perhapsEnabled = content.changes.resolved === true && actions.every(isNoWrite);
  if (spec.enabled === false && perhapsEnabled && record.exists)
    actions.push({ do: 'disable', id: record.id, always: false });
  // Update before enable: what cannot be updated is not enabled either.
  if (toggle.edge === 'enable' && unusable === undefined && !waits) {
    actions.push({
      do: 'enable',
      id: record.exists ? record.id : 'upserted',
      unlessRegistered: !record.exists,
    });
  }
  if (!wantsFinalizer(situation) && resource.hasFinalizer) actions.push({ do: 'removeFinalizer' });

  const refused = refusedGrant(situation, record, operationsNeeded(record, actions));
  if (refused !== undefined) return { ...nothing(), failure: refused };
  const reference = upserts ? refusedReference(situation) : undefined;
  if (reference !== undefined) return 'need' in reference ? reference : { ...nothing(), failure: reference };

  const later = postponed || content.unsettled;
  // The key and the rest of the spec went out in one POST: what became of the one became of the other.
  const presumesSpec = resource.kind === 'key' && content.presumed;
  const edited = resource.kind === 'key' && applied === 'different' && !presumesSpec;
  const withheld = edited && !upserts && !keepsKey && !later;
  const failure = unusable ?? content.held ?? (withheld ? editWithoutKey(situation) : undefined);
  // Until the first meeting is complete the record is not known: a known one would get its content pushed.
  const met = record.exists && !(record.firstContact && unusable !== undefined);
  const { resolved, ...changes } = content.changes;
  return {
    // A record that cannot be created because its Secret is missing has nothing to toggle either.
    actions: unusable !== undefined && !record.exists ? [] : actions,
    ...(failure !== undefined && { failure }),
    again: postponed,
    // PAM may have the values of a push without an answer, and the intent alone tells so, also one that was written over
    // its own.
    ...(pending !== undefined && situation.memory.unansweredDigest !== undefined && { keepsIntent: true }),
    ...(content.unsettled && {
      laterMs: settlesInMs(situation),
      settling: true,
    }),
    suspended: false,
    changes: {
      ...changes,
      ...(met && { id: record.id, identifier: record.identifier }),
      ...(met && record.firstContact && !isPendingCreate(situation) && { foundRecord: true }),
      ...(isChangedElsewhere(situation, record) && { changedElsewhere: true }),
      ...(toggle.assumed === true && { assumeEnabled: true }),
      ...((applied === 'unknown' || keepsKey || presumesSpec) && !upserts && { rebaseApplied: true }),
      // Where something secret is sent, the intent is the new one's.
      ...(resolved === true && !sendsContent && !sendsAdditional && { resolved: true }),
    },
  };
}

function isNoWrite({ do: what }: Action): boolean {
  return what !== 'upsert' && what !== 'disable';
}

/** Adoption is asked for even where it sends nothing, and whenever a create could take another namespace's name. */
function operationsNeeded(record: RecordDecision, actions: readonly Action[]): ReadonlySet<GrantOperation> {
  return new Set([...(record.mode === 'adopt' ? (['Adopt'] as const) : []), ...operationsOf(actions)]);
}

/** PAM takes an edit of a key together with the key only, and here there is none, or none that may be sent. */
function editWithoutKey({ resource }: Situation): Failure {
  const hasKey = resource.kind === 'key' && resource.spec.privateKey !== undefined;
  return problem(
    'InvalidSettings',
    `PAM Core takes a change of the spec with the key only, ${hasKey ? 'which `spec.push: Once` keeps from being sent again' : 'which this resource does not declare'}`,
    hasKey
      ? 'Annotate the resource with a new value of `pam-operator.io/force-sync` to send both'
      : 'Set `spec.privateKey` or undo the change',
  );
}

function secretPart(situation: Situation, record: RecordDecision, sends: boolean): SecretPart {
  if (!sends) return 'none';
  const hidden = situation.connection.disabledRecords === 'Hidden';
  // A key's POST always carries the key; a credential that the list may hide is first asked for without content.
  return record.mode === 'create' && hidden && situation.resource.kind === 'credential'
    ? 'afterRegistered'
    : 'send';
}

/** A child takes its parent's id: until there is one, nothing about the child is written. */
function missingParent({ resource, parentId }: Situation): Failure | undefined {
  if (resource.kind === 'key' || resource.spec.parentRef === undefined || parentId !== undefined)
    return undefined;
  const { name } = resource.spec.parentRef;
  if (resource.parent?.cycle !== undefined) {
    const round = [...resource.parent.cycle, resource.metadata.name].join(' → ');
    return problem(
      'InvalidSettings',
      `\`spec.parentRef\` leads back to this resource (${round}), so none of them can be the first`,
      'Remove `spec.parentRef` from one of them',
    );
  }
  return problem(
    'ParentNotReady',
    `PamCredential ${resource.metadata.namespace}/${name} (\`spec.parentRef\`) has no record in PAM Core yet`,
  );
}
