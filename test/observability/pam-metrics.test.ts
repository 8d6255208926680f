import { describe, expect, it } from 'vitest';
import { createTestMetrics, seriesOf } from './series-of.ts';

const at = new Date(1_700_000_000_500);

describe('a connection', () => {
  const codes = [
    { because: 'success', code: 'ok', label: 'ok' },
    { because: 'a number of PAM', code: '1011', label: '1011' },
    { because: 'a signal', code: 'unreachable', label: 'unreachable' },
    { because: 'a text of PAM must not become a label', code: 'password=abc 123', label: 'other' },
    { because: 'an empty text', code: '', label: 'other' },
    { because: 'a number that PAM does not have', code: '123456789', label: 'other' },
  ];
  it.each(codes)('labels its calls by code: $because', async ({ code, label }) => {
    const metrics = createTestMetrics();
    metrics.pam.called('default', { operation: 'Upsert', code, durationMs: 30 });
    expect(await seriesOf(metrics, 'pam_operator_api_requests_total')).toEqual([
      `pam_operator_api_requests_total{connection="default",operation="Upsert",code="${label}"} 1`,
    ]);
    const durations = await seriesOf(metrics, 'pam_operator_api_request_duration_seconds');
    expect(durations).toContain(
      'pam_operator_api_request_duration_seconds_sum{connection="default",operation="Upsert"} 0.03',
    );
  });

  it('takes all of its series with it, and no others', async () => {
    const metrics = createTestMetrics();
    for (const connection of ['old', 'new']) {
      metrics.pam.called(connection, { operation: 'List', code: 'ok', durationMs: 5 });
      metrics.pam.called(connection, { operation: 'Upsert', code: '1011', durationMs: 5 });
      metrics.pam.called(connection, { operation: 'Upsert', code: 'ok', durationMs: 5 });
      metrics.pam.inventoryRead(connection, { entries: 3, at });
      metrics.pam.unclaimed(connection, 1);
      metrics.pam.rotated(connection, 2);
      metrics.pam.disablesPending(connection, 1);
      metrics.pam.disabled(connection, 2);
      metrics.pam.deletionsHeld(connection, 1);
    }
    const before = (await metrics.render()).split('\n').filter((line) => line.includes('connection="'));
    metrics.pam.forget('old');
    metrics.pam.forget('never-seen');
    const after = (await metrics.render()).split('\n').filter((line) => line.includes('connection="'));
    expect(after).toEqual(before.filter((line) => line.includes('connection="new"')));
    expect(after).toHaveLength(before.length / 2);
  });
});
