import type { Action, SecretPart } from './action.ts';
import { compareApplied } from './applied-spec.ts';
import { type Decision, nothing, type Plan } from './decision.ts';
import { type Failure, problem } from './failure.ts';
import { operationsOf, refusedGrant } from './grants-needed.ts';
import { type ContentDecision, decideContent, UNLISTED } from './plan-content.ts';
import { planDeletion } from './plan-deletion.ts';
import { planKeyById } from './plan-key-by-id.ts';
import { decideRecord, type RecordDecision } from './plan-record.ts';
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
  if ('need' in content) return content;
  return compose(situation, record, content);
}

/** Orders the steps: finalizer first, disable before update, update before enable (design 4.1). */
function compose(situation: Situation, record: RecordDecision, content: ContentDecision): Decision {
  const { resource } = situation;
  const { spec } = resource;
  const toggle = toggles(resource, record);
  const failure = content.failure ?? missingParent(situation);
  const unusable = failure !== undefined;
  // A toggle moves `change`; content in the same pass could not be told from it. The next pass pushes.
  const postponed = toggle.edge !== undefined && record.exists && content.send;
  const sendsContent = content.send && !postponed;
  const applied = compareApplied(resource, situation.installKey);
  const writesSpec =
    !unusable &&
    (sendsContent ||
      content.additional ||
      record.mode !== 'update' ||
      applied === 'different' ||
      resource.forced);
  // Every POST of a key carries the key: without leave to send it there is no POST.
  const upserts =
    writesSpec && (resource.kind === 'credential' || sendsContent || (content.resend && !postponed));
  // Meeting a key for the first time sends nothing: its POST would replace PAM's key by the Secret's.
  const keepsKey = resource.kind === 'key' && record.exists && record.firstContact && !unusable;
  const actions: Action[] = [];

  const wantsFinalizer = spec.deletionPolicy === 'Disable';
  if (wantsFinalizer && !resource.hasFinalizer) actions.push({ do: 'addFinalizer' });
  if (toggle.edge === 'disable' && record.exists)
    actions.push({ do: 'disable', id: record.id, always: false });
  if (upserts) {
    const sendsSecret = sendsContent || content.additional;
    // The intent stays as it is through retries of one value, so that repeated failures write nothing.
    if (sendsSecret && resource.status.pending?.digest !== content.intentDigest) {
      const changeBefore = record.exists ? (record.entry?.change ?? UNLISTED) : undefined;
      actions.push({ do: 'recordIntent', digest: content.intentDigest, changeBefore });
    }
    actions.push({
      do: 'upsert',
      mode: record.mode,
      identifier: record.identifier,
      content: secretPart(situation, record, sendsContent),
      additional: secretPart(situation, record, content.additional),
      ...(record.entry !== undefined && { entry: record.entry }),
    });
    if (spec.enabled === false)
      actions.push({ do: 'disable', id: record.exists ? record.id : 'upserted', always: true });
  }
  if (toggle.edge === 'enable' && !(unusable && !record.exists)) {
    actions.push({
      do: 'enable',
      id: record.exists ? record.id : 'upserted',
      unlessRegistered: !record.exists,
    });
  }
  if (!wantsFinalizer && resource.hasFinalizer) actions.push({ do: 'removeFinalizer' });

  const refused = refusedGrant(situation, record, operationsOf(actions));
  if (refused !== undefined) return { ...nothing(), failure: refused };
  // A record that cannot be created because its Secret is missing has nothing to toggle either.
  const possible = unusable && !record.exists ? [] : actions;
  return {
    actions: possible,
    ...(failure !== undefined && { failure }),
    again: postponed,
    suspended: false,
    changes: {
      ...content.changes,
      ...(record.exists && { id: record.id, identifier: record.identifier }),
      ...((applied === 'unknown' || keepsKey) && !upserts && { rebaseApplied: true }),
      ...(postponed && { postponedContent: true }),
    },
  };
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
  return problem(
    'ParentNotReady',
    `PamCredential ${resource.metadata.namespace}/${name} (\`spec.parentRef\`) has no record in PAM Core yet`,
  );
}
