import { describe, expect, it } from 'vitest';
import type { KubeFault } from '../src/core/kube-error.ts';
import {
  nameOf,
  ProgressPace,
  summary,
  type Unreleased,
  unreleasedSentence,
  whyNot,
} from '../src/release-finalizers/report.ts';

const http = (status: number, reason?: string): KubeFault => ({
  verb: 'patch',
  resource: 'pamcredentials',
  signal: 'http',
  status,
  ...(reason !== undefined && { reason }),
});
const kept = (name: string, fault: Unreleased['fault'] = http(403)): Unreleased => ({
  kind: 'PamCredential',
  namespace: 'team-a',
  name,
  fault,
});

it.each([
  { finalizers: 0, resources: 0, dryRun: false, line: 'Released 0 finalizers of 0 resources' },
  { finalizers: 1, resources: 1, dryRun: false, line: 'Released 1 finalizer of 1 resource' },
  { finalizers: 3, resources: 2, dryRun: true, line: 'Would release 3 finalizers of 2 resources' },
])('the summary is "$line"', ({ finalizers, resources, dryRun, line }) => {
  expect(summary(finalizers, resources, dryRun)).toBe(line);
});

it.each([
  { kind: 'PamSshKey', namespace: 'team-a', name: 'deploy', want: 'pamsshkey team-a/deploy' },
  { kind: 'PamConnection', namespace: '', name: 'default', want: 'pamconnection default' },
] as const)('a resource is named $want', ({ want, ...resource }) => {
  expect(nameOf(resource)).toBe(want);
});

describe('why a resource kept its finalizers', () => {
  const rows: { because: string; fault: Unreleased['fault']; says: string }[] = [
    { because: 'RBAC', fault: http(403, 'Forbidden'), says: 'this user may not patch pamcredentials' },
    {
      because: 'a token that ended',
      fault: http(401),
      says: 'the API server does not accept the credentials of the kubeconfig',
    },
    { because: 'a refusal', fault: http(422, 'Invalid'), says: 'the API server answered HTTP 422 Invalid' },
    { because: 'a proxy', fault: http(502), says: 'the API server answered HTTP 502' },
    {
      because: 'silence',
      fault: { verb: 'patch', signal: 'timeout' },
      says: 'the API server did not answer in time',
    },
    {
      because: 'nobody there',
      fault: { verb: 'list', signal: 'unreachable' },
      says: 'the API server cannot be reached',
    },
    { because: 'a signal', fault: { verb: 'list', signal: 'aborted' }, says: 'the command was stopped' },
    { because: 'another writer', fault: 'conflict', says: 'somebody else kept changing it' },
  ];
  it.each(rows)('$because', ({ fault, says }) => {
    expect(whyNot(fault)).toBe(says);
  });
});

it('one sentence names the first five and counts the rest', () => {
  const unreleased = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => kept(name));
  const sentence = unreleasedSentence(unreleased, 12);
  expect(sentence).toMatch(
    /^7 of 12 resources could not be released: pamcredential team-a\/a \(this user may not patch pamcredentials\), /,
  );
  expect(sentence).toMatch(/team-a\/e \([^)]*\), 2 more; remove the cause and run the command again\.$/);
  expect(unreleasedSentence([kept('a')], 1)).not.toContain('more');
});

describe('a line of progress', () => {
  const rows: { because: string; visits: [done: number, nowMs: number][]; due: boolean[] }[] = [
    {
      because: 'nothing new, nothing said',
      visits: [
        [1, 10],
        [199, 4000],
      ],
      due: [false, false],
    },
    {
      because: 'every 200 resources',
      visits: [
        [200, 10],
        [399, 20],
        [400, 30],
      ],
      due: [true, false, true],
    },
    {
      because: 'after 5 s of silence',
      visits: [
        [3, 5000],
        [4, 9999],
        [4, 10_000],
      ],
      due: [true, false, true],
    },
    {
      because: 'a line starts both anew',
      visits: [
        [200, 4000],
        [201, 8000],
        [202, 9000],
      ],
      due: [true, false, true],
    },
  ];
  it.each(rows)('$because', ({ visits, due }) => {
    const pace = new ProgressPace(0);
    expect(visits.map(([done, nowMs]) => pace.isDue(done, nowMs))).toEqual(due);
  });
});
