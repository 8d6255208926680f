import type { Action } from '../../../src/core/action.ts';
import type { Claimant } from '../../../src/core/claims.ts';
import type { Decision, Plan } from '../../../src/core/decision.ts';
import { problem } from '../../../src/core/failure.ts';
import { declaredRecord } from '../../../src/core/managed-resource.ts';
import { plan } from '../../../src/core/plan.ts';
import type { SealState } from '../../../src/core/seal.ts';
import { secretSources } from '../../../src/core/secret-source.ts';
import type { ConnectionFacts, Memory, Situation } from '../../../src/core/situation.ts';
import { FINGERPRINT, INSTALL_KEY, PREFIX, type ResourceStory } from './a-resource.ts';
import { anInventory, type InventoryStory, NOW } from './an-inventory.ts';

/** One grant for everything. */
export const EVERYTHING: NonNullable<ConnectionFacts['grants']> = [
  {
    namespaces: { names: ['*'] },
    hostnames: ['*'],
    usernames: ['*'],
    operations: ['Create', 'Update', 'Enable', 'Disable', 'Adopt', 'Reference', 'Device'],
    identifiers: ['*', 'prod_*', 'prod_team_db', 'prod_other_db'],
  },
];

type Operation = (typeof EVERYTHING)[number]['operations'][number];

/** {@link EVERYTHING} but these operations. */
export function without(...operations: Operation[]): typeof EVERYTHING {
  return EVERYTHING.map((grant) => ({
    ...grant,
    operations: grant.operations.filter((operation) => !operations.includes(operation)),
  }));
}

export interface Circumstances {
  readonly resource: ResourceStory;
  readonly list?: InventoryStory;
  /** The last list that was read before, by whomever. */
  readonly lastList?: InventoryStory;
  readonly connection?: Partial<ConnectionFacts>;
  readonly memory?: Partial<Memory>;
  readonly parentId?: string;
  /** Versions of Secrets are not watched. */
  readonly unwatched?: boolean;
  readonly seenAtMs?: number;
  /** Since the last push without an answer ended; absent: long ago. */
  readonly unansweredForMs?: number;
  readonly seal?: SealState;
  readonly installKey?: typeof INSTALL_KEY;
  /** Who has the record that this resource claims too. */
  readonly rival?: Claimant;
  /** Another plan than the usual one. */
  readonly planning?: (situation: Situation) => Plan;
}

export interface Told {
  readonly decision: Decision;
  /** What was gathered on the way, in order. */
  readonly asked: readonly ('Secrets' | 'list')[];
  /** The actions, in words. */
  readonly steps: readonly string[];
  readonly reason: string | undefined;
}

function situationOf({
  resource: story,
  connection,
  memory,
  parentId,
  unwatched,
  seenAtMs,
  unansweredForMs,
  seal,
  installKey,
  rival,
  lastList,
}: Circumstances): Situation {
  const resource = story.resource();
  const secretVersions = new Map(
    secretSources(resource).flatMap(({ ref }) => {
      const version = story.version(ref.name);
      return version === undefined ? [] : [[ref.name, unwatched ? ('unknown' as const) : version] as const];
    }),
  );
  return {
    resource,
    seal: seal ?? 'valid',
    rival,
    declared: declaredRecord(resource, PREFIX),
    connection: {
      fingerprint: FINGERPRINT,
      suspended: false,
      grants: EVERYTHING,
      disabledRecords: 'Listed',
      namespaceLabels: {},
      identifierPrefix: PREFIX,
      ...connection,
    },
    installKey: installKey ?? INSTALL_KEY,
    secretVersions,
    parentId,
    memory: {
      writeEndedAtMs: 0,
      refusedDigest: undefined,
      refutedId: undefined,
      verified: new Map(),
      gone: false,
      baselineSoughtForMs: 0,
      unansweredAtMs: unansweredForMs === undefined ? undefined : NOW - unansweredForMs,
      ...memory,
    },
    seenAtMs: seenAtMs ?? NOW - 1000,
    startedAtMs: NOW,
    baselineDelayMs: 30_000,
    ...(lastList !== undefined && { lastInventory: lastList.index() }),
  };
}

/** Plans, gathers what the plan asks for as the shell does, and plans again; a list that is too old comes anew. */
export function decide(circumstances: Circumstances): Told {
  const { resource: story, list = anInventory(), planning = plan } = circumstances;
  let situation = situationOf(circumstances);
  const asked: ('Secrets' | 'list')[] = [];
  for (let round = 0; round < 6; round++) {
    const next = planning(situation);
    if (next.need === undefined) {
      return {
        decision: next,
        asked,
        steps: next.actions.map(inWords),
        reason: next.failure?.reason,
      };
    }
    if (next.need === 'material') {
      asked.push('Secrets');
      const missing = secretSources(story.resource()).some(
        ({ ref }) => story.version(ref.name) === undefined,
      );
      const material = missing
        ? { failure: problem('SecretNotFound', 'Secret team/main does not exist') }
        : story.material(circumstances.installKey ?? INSTALL_KEY);
      situation = { ...situation, material };
    } else {
      asked.push('list');
      const sentAtMs = Math.max(next.notBeforeMs, list.inventory.sentAtMs);
      situation = { ...situation, inventory: list.sentAt(sentAtMs).index() };
    }
  }
  throw new Error('the plan never has enough');
}

/** An action as a row of a table tells it. */
function inWords(action: Action): string {
  switch (action.do) {
    case 'addFinalizer':
      return 'add finalizer';
    case 'countDeletion':
      return 'count';
    case 'removeFinalizer':
      return 'remove finalizer';
    case 'recordIntent':
      return `intent${action.changeBefore === undefined ? '' : ` at ${action.changeBefore}`}`;
    case 'upsert': {
      const parts = { content: action.content, settings: action.additional };
      const sent = Object.entries(parts).map(([part, how]) =>
        how === 'none' ? '' : how === 'send' ? ` with ${part}` : `, then ${part}`,
      );
      return `${action.mode} ${action.identifier}${sent.join('')}`;
    }
    case 'enable':
      return `enable ${action.id}${action.unlessRegistered ? ' unless registered' : ''}`;
    case 'disable':
      return `disable ${action.id}${action.always ? ' in any case' : ''}`;
  }
}
