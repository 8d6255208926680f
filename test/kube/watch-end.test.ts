import { describe, expect, it } from 'vitest';
import { KubeError, type KubeFault } from '../../src/core/kube-error.ts';
import { LineTooLong } from '../../src/kube/json-lines.ts';
import { WatchRefusals } from '../../src/kube/watch-end.ts';

function http(status: number): KubeError {
  return new KubeError({ verb: 'watch', signal: 'http', status });
}

function transport(signal: KubeFault['signal']): KubeError {
  return new KubeError({ verb: 'watch', signal });
}

describe('what the end of a watch means', () => {
  const rows = [
    { because: '410', error: http(410), wasAccepted: false, next: 'relist', reason: 'expired' },
    { because: '404', error: http(404), wasAccepted: false, next: 'relist', reason: 'refused' },
    { because: '429', error: http(429), wasAccepted: false, next: 'wait' },
    { because: '503', error: http(503), wasAccepted: false, next: 'wait' },
    { because: '401', error: http(401), wasAccepted: false, next: 'wait' },
    { because: '403', error: http(403), wasAccepted: false, next: 'wait' },
    { because: '500', error: http(500), wasAccepted: false, next: 'wait' },
    { because: 'no connection', error: transport('unreachable'), wasAccepted: false, next: 'wait' },
    { because: 'no credentials', error: transport('credentials'), wasAccepted: false, next: 'wait' },
    { because: 'a refused certificate', error: transport('tls'), wasAccepted: false, next: 'wait' },
    {
      because: 'cut after it was accepted',
      error: transport('unreachable'),
      wasAccepted: true,
      next: 'watch',
    },
    {
      because: 'silent after it was accepted',
      error: transport('timeout'),
      wasAccepted: true,
      next: 'watch',
    },
    {
      because: 'an endless line',
      error: new LineTooLong(),
      wasAccepted: true,
      next: 'relist',
      reason: 'corrupt',
    },
    {
      because: 'a fault of our own code',
      error: new TypeError(),
      wasAccepted: true,
      next: 'relist',
      reason: 'corrupt',
    },
  ];
  it.each(rows)('$because', ({ error, wasAccepted, next, reason }) => {
    expect(new WatchRefusals().judge(error, wasAccepted)).toMatchObject({ next, ...(reason && { reason }) });
  });

  function outcomes(refusals: WatchRefusals, statuses: readonly number[]): string[] {
    return statuses.map((status) => refusals.judge(http(status), false).next);
  }

  it('five refusals in a row put the resume point in doubt', () => {
    const refusals = new WatchRefusals();
    expect(outcomes(refusals, [500, 504, 400, 500, 500])).toEqual(['wait', 'wait', 'wait', 'wait', 'relist']);
    expect(outcomes(refusals, [500])).toEqual(['wait']);
  });

  it('a server that is only busy never does, and neither do refusals around a watch that was accepted', () => {
    const refusals = new WatchRefusals();
    expect(new Set(outcomes(refusals, [429, 503, 429, 503, 429, 503]))).toEqual(new Set(['wait']));
    outcomes(refusals, [500, 500, 500, 500]);
    refusals.accepted();
    expect(outcomes(refusals, [500])).toEqual(['wait']);
  });
});
