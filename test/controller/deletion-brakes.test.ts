import { beforeEach, describe, expect, it } from 'vitest';
import { DeletionBrakes } from '../../src/controller/deletion-brakes.ts';
import { KubeError } from '../../src/core/kube-error.ts';
import { connection } from './declared-resources.ts';
import { InMemoryKubernetes } from './in-memory-kubernetes.ts';

const NOW = '2026-03-01T10:00:00Z';
let kubernetes: InMemoryKubernetes;
let written: string[];
let brakes: DeletionBrakes;

const newBrakes = () =>
  new DeletionBrakes(
    kubernetes,
    () => NOW,
    (name, version) => written.push(`${name} ${version}`),
  );
const deletion = (number: number, held = false) => ({ uid: `uid-${number}`, requestedAt: NOW, held });
const many = (count: number, from = 0) => Array.from({ length: count }, (_, at) => deletion(from + at));
const admit = (deletions: readonly ReturnType<typeof deletion>[], by = brakes) =>
  Promise.all(deletions.map((each) => by.admit('default', each)));
const stored = () => kubernetes.stored('PamConnection', '', 'default').status?.deletions;

beforeEach(() => {
  kubernetes = new InMemoryKubernetes();
  written = [];
  brakes = newBrakes();
  kubernetes.apply(connection({ deletionBrake: { maxDisables: 5 } }));
});

describe('DeletionBrakes', () => {
  it('of 30 at once 5 pass, and all are counted by two writes: the first, and those that came meanwhile', async () => {
    const admitted = await admit(many(30));
    expect(admitted.filter(Boolean)).toHaveLength(5);
    expect(stored()).toMatchObject({ count: 5, windowStartTime: NOW });
    expect(stored()?.uids).toHaveLength(5);
    expect(kubernetes.writes.length).toBeLessThanOrEqual(2);
    expect(written).toHaveLength(kubernetes.writes.length);
  });

  it('a count that is written does not need to be written again: a retry costs no write', async () => {
    await admit(many(5));
    kubernetes.writes.length = 0;
    expect(await admit([...many(5), ...many(3, 50)])).toEqual([
      ...[true, true, true, true, true],
      ...[false, false, false],
    ]);
    expect(kubernetes.writes).toEqual([]);
  });

  it('another process goes on where the last one was', async () => {
    await admit(many(4));
    expect(await admit(many(3, 4), newBrakes())).toEqual([true, false, false]);
  });

  it('counts anew where the connection changed in between, and counts nobody twice', async () => {
    let changes = 0;
    kubernetes.onCall = (call) => {
      if (call !== 'writeStatus' || changes++ >= 2) return;
      const { status } = kubernetes.stored('PamConnection', '', 'default');
      const deletions = { ...status?.deletions, releasedTime: '2026-01-01T00:00:00Z' };
      kubernetes.apply({ ...connection({ deletionBrake: { maxDisables: 5 } }), status: { deletions } });
    };
    expect(await admit(many(1))).toEqual([true]);
    expect(stored()).toMatchObject({ count: 1, releasedTime: '2026-01-01T00:00:00Z' });
  });

  it.each([
    {
      because: 'the API server is away',
      prepare: () =>
        kubernetes.failures.push({
          call: 'readResource',
          error: new KubeError({ verb: 'get', signal: 'timeout' }),
        }),
    },
    { because: 'the connection is gone', prepare: () => kubernetes.delete(connection()) },
    {
      because: 'somebody writes to the connection all the time',
      prepare: () => {
        kubernetes.onCall = (call) => {
          if (call === 'writeStatus') kubernetes.apply(connection());
        };
      },
    },
  ])(
    'says neither yes nor no where $because: "held" would last until somebody releases it',
    async ({ prepare }) => {
      prepare();
      const outcomes = await Promise.allSettled(many(3).map((each) => brakes.admit('default', each)));
      expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { name: 'KubeError' } });
      kubernetes.onCall = () => {};
      kubernetes.apply(connection());
      expect(await admit(many(3))).toEqual([true, true, true]);
    },
  );
});
