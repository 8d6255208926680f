import type { PamCredentialStatus } from '../api/pam-credential.gen.ts';
import type { Decision } from './decision.ts';
import type { ManagedResource } from './managed-resource.ts';
import type { Outcome } from './outcome.ts';
import type { FieldRecord } from './recorded-change.ts';
import type { ContentState } from './recorded-content.ts';
import { MAIN_FIELD, secretSources } from './secret-source.ts';

type Content = NonNullable<PamCredentialStatus['content']>;

/** How `status.content` records what became of the secret fields in this pass. */
export function nextContent(
  resource: ManagedResource,
  { changes }: Decision,
  outcome: Outcome,
  now: string,
): Content | undefined {
  const sources = secretSources(resource);
  if (sources.length === 0) return undefined;
  const main = MAIN_FIELD[resource.kind];
  const group = new Map(sources.map((source) => [source.field, source.group]));
  const pushed = (changes.pushedFields ?? []).filter(({ field }) =>
    (group.get(field) ?? 'additional') === 'content' ? outcome.contentSent : outcome.additionalSent,
  );
  const kept = outcome.foundExisting ? (changes.pushedFields ?? []) : [];
  const records: FieldRecord[] = [
    ...(changes.fields ?? []),
    ...kept.map((field) => ({ ...field, state: 'Kept' as const })),
    ...pushed.map((field) => ({ ...field, state: 'Pushed' as const })),
  ];

  const next: Content = { ...resource.status.content };
  // Every own write moves `change`: the baseline is unknown until a list that was sent after it.
  if (outcome.wrote || changes.baselineLost === true) delete next.change;
  else if (changes.baseline !== undefined) next.change = changes.baseline;
  const mainRecord = records.find(({ field }) => field === main);
  if (mainRecord !== undefined) Object.assign(next, mainPart(mainRecord));
  if (pushed.some(({ field }) => field === main)) next.pushedTime = now;
  const merged = mergeFields(resource, records, new Set([...group.keys(), 'additionalSettings']), main);
  // What was never sent was kept; a hold does not change which of the two it was.
  const released = next.pushedTime === undefined ? 'Kept' : 'Pushed';
  const marks = new Map<string, ContentState>([
    ...(changes.releasedFields ?? []).map((field) => [field, released] as const),
    ...(changes.heldFields ?? []).map((field) => [field, 'Pending'] as const),
  ]);
  const mainMark = marks.get(main);
  if (mainMark !== undefined) next.state = mainMark;
  marks.delete(main);
  const others = mark(merged, marks);
  if (others.length > 0) next.fields = others;
  else delete next.fields;
  return Object.keys(next).length === 0 ? undefined : next;
}

function mainPart({ state, version, digest }: FieldRecord): Partial<Content> {
  return { state, secretUid: version.uid, secretResourceVersion: version.resourceVersion, digest };
}

/** A hold is told by the state alone: version and digest stay those of the value that PAM has. */
function mark(
  fields: NonNullable<Content['fields']>,
  marks: ReadonlyMap<string, ContentState>,
): NonNullable<Content['fields']> {
  const marked = fields.map((entry) => ({ ...entry, state: marks.get(entry.field) ?? entry.state }));
  const present = new Set(fields.map(({ field }) => field));
  const added = [...marks]
    .filter(([field]) => !present.has(field))
    .map(([field, state]) => ({ field, state }));
  return [...marked, ...added] as NonNullable<Content['fields']>;
}

function mergeFields(
  { status }: ManagedResource,
  records: readonly FieldRecord[],
  present: ReadonlySet<string>,
  main: string,
): NonNullable<Content['fields']> {
  const merged = new Map((status.content?.fields ?? []).map((entry) => [entry.field, entry]));
  for (const { field, state, version, digest } of records) {
    if (field === main) continue;
    merged.set(field, {
      field,
      state,
      secretUid: version.uid,
      secretResourceVersion: version.resourceVersion,
      digest,
    });
  }
  return [...merged.values()].filter(({ field }) => present.has(field));
}
