import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import {
  type Cell,
  cellObjects,
  cellSecret,
  cellsNamed,
  contentOf,
  contentPosts,
  kindOf,
  passesOf,
  readCell,
  rotate,
} from './content-cells.ts';
import { makeVersion, type OtherVersion } from './other-version.ts';
import { NAMESPACE, OPERATOR_NAMESPACE, type Stage, startStage } from './stage.ts';

/**
 * D1 across versions: whatever a status holds that another version wrote, its content is not pushed for it. Each step
 * rotates half of the records while no operator runs and starts another version on the same resources.
 */
const CHANGED_MODULES = {
  /** Before baselines were recorded: a status lacks what the present version writes. */
  older: {
    'plan-baseline': `
      export const withBaseline = (situation, record, decision) => decision;
      export const isChangedElsewhere = () => false;
      export const lacksBaseline = () => false;`,
  },
  /** A status has one more field, under the seal, and its fields in another order. */
  newer: {
    'next-content': `
      import { nextContent as ofNow } from './next-content-of-now.ts';
      export function nextContent(...args) {
        const content = ofNow(...args);
        return content && Object.fromEntries(Object.entries({ ...content, recordedBy: '0.9.0' }).reverse());
      }`,
  },
  /** Seals are made of another text, so that no version can read the other's. */
  otherSeal: {
    seal: `
      import * as ofNow from './seal-of-now.ts';
      export { saysNothing } from './seal-of-now.ts';
      export const sealStatus = (key, uid, status) => ofNow.sealStatus(key, 'another form ' + uid, status);
      export const sealStateOf = (key, uid, status) => ofNow.sealStateOf(key, 'another form ' + uid, status);`,
  },
} as const;

const RELEASES = {
  older: makeVersion('0.0.1', CHANGED_MODULES.older),
  now: makeVersion('0.5.0'),
  newer: makeVersion('0.9.0', CHANGED_MODULES.newer),
  otherSeal: makeVersion('0.9.1', CHANGED_MODULES.otherSeal),
} satisfies Record<string, OtherVersion>;

const cells = cellsNamed('upgrade');
const recordedBy = (status: object | undefined) => Reflect.get(status ?? {}, 'recordedBy');
let stage: Stage;
let operator: OperatorProcess | undefined;

beforeAll(async () => {
  stage = await startStage();
  await stage.operator().stop();
});
afterAll(async () => {
  await operator?.stop();
  await stage?.stop();
  for (const release of Object.values(RELEASES)) release.remove();
});

async function start({ main }: OtherVersion): Promise<void> {
  operator = await startOperatorProcess({
    kubeconfigPath: stage.controlPlane.kubeconfigPath,
    namespace: OPERATOR_NAMESPACE,
    args: ['--baseline-delay-seconds', '1'],
    main,
  });
}

async function everyoneHadAPass(): Promise<void> {
  await stage.eventually(
    async () => (operator === undefined ? 0 : passesOf(operator)),
    (passes) => passes >= cells.length,
    'a pass for each resource',
  );
}

/** The definitions of the newer version have one field more; waits until the API server goes by them. */
async function applyDefinitions(of: 'now' | 'newer'): Promise<void> {
  for (const plural of ['pamcredentials', 'pamsshkeys']) {
    const file = new URL(`../../crds/pam-operator.io_${plural}.yaml`, import.meta.url);
    const definition = parse(readFileSync(file, 'utf8'));
    const { status } = definition.spec.versions[0].schema.openAPIV3Schema.properties;
    const { content } = status.properties;
    if (of === 'newer') content.properties.recordedBy = { type: 'string', maxLength: 64 };
    await stage.apply(definition);
  }
  for (const cell of cells) {
    const patch = ['-p', JSON.stringify({ status: { content: { recordedBy: 'somebody' } } })];
    const target = ['patch', kindOf(cell), cell.name, '-n', NAMESPACE, '--subresource=status'];
    await stage.eventually(
      () => stage.kubectl(...target, '--type=merge', ...patch, '--dry-run=server', '-o', 'json'),
      (answer) => recordedBy(JSON.parse(answer).status.content) === (of === 'now' ? undefined : 'somebody'),
      `definitions of ${of} for ${cell.name}`,
    );
  }
}

interface Step {
  readonly because: string;
  readonly release: OtherVersion;
  readonly definitions?: 'now' | 'newer';
  readonly state: 'Pushed' | 'Kept';
  /** Version that the status names afterwards. */
  readonly recordedBy?: string;
  /** No seal ever fits what the API server stored, so the baseline is sought for good. */
  readonly baseline?: 'none';
}

const steps: readonly Step[] = [
  {
    because: 'upgrade: the status lacks what the older version did not record',
    release: RELEASES.now,
    state: 'Pushed',
  },
  {
    because: 'upgrade: the newer version writes a field more, in another order',
    release: RELEASES.newer,
    definitions: 'newer',
    state: 'Pushed',
    recordedBy: '0.9.0',
  },
  {
    because: 'rollback: the status has a field that this version does not know',
    release: RELEASES.now,
    state: 'Pushed',
    recordedBy: '0.9.0',
  },
  {
    because: 'upgrade: the newer version cannot read the seals of the older one',
    release: RELEASES.otherSeal,
    state: 'Kept',
  },
  {
    because: 'rollback: this version cannot read the seals of the newer one',
    release: RELEASES.now,
    state: 'Kept',
  },
  {
    because: 'upgrade without the new definitions: the API server drops a field that the seal covers',
    release: RELEASES.newer,
    definitions: 'now',
    state: 'Kept',
    baseline: 'none',
  },
  {
    because: 'the new definitions follow',
    release: RELEASES.newer,
    definitions: 'newer',
    state: 'Kept',
    recordedBy: '0.9.0',
  },
];

it('the older version creates the records', async () => {
  await start(RELEASES.older);
  await stage.apply(...cells.flatMap(cellObjects));
  for (const cell of cells) {
    const { status } = await stage.reason(kindOf(cell), cell.name, 'Synced');
    expect(status?.content).toMatchObject({ state: 'Pushed' });
    expect(status?.content?.change).toBeUndefined();
  }
});

it.each(steps)('$because', async ({ release, definitions, state, recordedBy: by, baseline }) => {
  await operator?.stop();
  if (definitions !== undefined) await applyDefinitions(definitions);
  for (const cell of cells.filter(({ rotated }) => rotated)) rotate(stage, cell);
  const before = cells.map((cell) => contentOf(stage, cell));
  const calls = stage.pam.journal.calls().length;

  await start(release);
  await everyoneHadAPass();
  for (const cell of cells) {
    await stage.eventually(
      () => readCell(stage, cell),
      ({ status }) =>
        status?.content?.state === state &&
        (status.content.change !== undefined || baseline === 'none') &&
        recordedBy(status.content) === by,
      `${cell.name} in state ${state}, with a baseline`,
    );
    await stage.reason(kindOf(cell), cell.name, 'Synced');
  }
  expect(cells.map((cell) => contentOf(stage, cell))).toEqual(before);
  expect(cells.map((cell) => contentPosts(stage, cell).length)).toEqual(cells.map(() => 1));
  const userAgents = stage.pam.journal
    .calls()
    .slice(calls)
    .map(({ userAgent }) => userAgent);
  expect(new Set(userAgents)).toEqual(new Set([release.userAgent]));
});

it('after all that a changed Secret is pushed where nobody rotated, and held where somebody did', async () => {
  const credentials = cells.filter(({ kind }) => kind === 'credential');
  const newPassword = ({ name }: Cell) => `new-${name}`;
  for (const cell of credentials.filter(({ rotated }) => rotated)) rotate(stage, cell);
  await stage.apply(...credentials.map((cell) => cellSecret(cell, newPassword(cell))));
  for (const cell of credentials) {
    const { rotated, name } = cell;
    await stage.eventually(
      () => readCell(stage, cell),
      ({ status }) => status?.content?.state === (rotated ? 'Pending' : 'Pushed'),
      `${name} pushed or held`,
    );
    expect(contentOf(stage, cell) === newPassword(cell)).toBe(!rotated);
    expect(contentPosts(stage, cell).length).toBe(rotated ? 1 : 2);
    expect(contentPosts(stage, cell).at(-1)?.userAgent).toBe(
      (rotated ? RELEASES.older : RELEASES.newer).userAgent,
    );
  }
});
