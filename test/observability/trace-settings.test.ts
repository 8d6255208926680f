import { describe, expect, it } from 'vitest';
import { readTraceSettings } from '../../src/observability/trace-settings.ts';

const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

describe('tracing is off', () => {
  it.each([
    { because: 'nothing is said', env: {} },
    { because: 'the endpoint is empty', env: { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' } },
    {
      because: 'a name alone is no endpoint',
      env: { OTEL_SERVICE_NAME: 'pam', OTEL_TRACES_SAMPLER: 'always_on' },
    },
    { because: 'the SDK is disabled', env: { ...ON, OTEL_SDK_DISABLED: 'True' } },
    { because: 'traces are not exported', env: { ...ON, OTEL_TRACES_EXPORTER: 'none' } },
  ])('$because', ({ env }) => {
    expect(readTraceSettings(env)).toBe('off');
  });
});

describe('tracing is on', () => {
  const rows: { because: string; env: Record<string, string>; want: object }[] = [
    { because: 'an endpoint is enough', env: {}, want: { ratio: 1, batch: {}, timeoutMillis: 3000 } },
    {
      because: 'so is one for traces alone',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/x' },
      want: { ratio: 1 },
    },
    { because: 'the SDK is not disabled', env: { OTEL_SDK_DISABLED: 'false' }, want: { ratio: 1 } },
    {
      because: 'the exporter is the one there is',
      env: { OTEL_TRACES_EXPORTER: 'otlp' },
      want: { ratio: 1 },
    },
    {
      because: 'so is the protocol',
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      want: { ratio: 1 },
    },
    {
      because: 'the protocol of traces goes first',
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' },
      want: { ratio: 1 },
    },
    { because: 'nothing is sampled', env: { OTEL_TRACES_SAMPLER: 'always_off' }, want: { ratio: 0 } },
    {
      because: 'a tenth is sampled',
      env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
      want: { ratio: 0.1 },
    },
    {
      because: 'no pass has a parent',
      env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      want: { ratio: 0.25 },
    },
    {
      because: 'a ratio that is not said is 1',
      env: { OTEL_TRACES_SAMPLER: 'traceidratio' },
      want: { ratio: 1 },
    },
    {
      because: 'batches are as the variables say',
      env: {
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_BSP_MAX_QUEUE_SIZE: '50',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
        OTEL_BSP_EXPORT_TIMEOUT: '900',
      },
      want: {
        batch: {
          scheduledDelayMillis: 100,
          maxQueueSize: 50,
          maxExportBatchSize: 10,
          exportTimeoutMillis: 900,
        },
      },
    },
    {
      because: 'numbers that are none are not heeded',
      env: { OTEL_BSP_SCHEDULE_DELAY: 'soon', OTEL_BSP_MAX_QUEUE_SIZE: '-1' },
      want: { batch: {} },
    },
  ];
  it.each(rows)('$because', ({ env, want }) => {
    expect(readTraceSettings({ ...ON, ...env })).toMatchObject(want);
  });

  it.each(['OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT'])('%s is the SDK’s', (name) => {
    expect(readTraceSettings({ ...ON, [name]: '20000' })).not.toHaveProperty('timeoutMillis');
  });
});

describe('tracing is refused, and the sentence names no value', () => {
  it.each([
    { because: 'another exporter', env: { OTEL_TRACES_EXPORTER: 'zipkin' } },
    { because: 'another protocol', env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } },
    { because: 'JSON', env: { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' } },
    { because: 'a sampler of a vendor', env: { OTEL_TRACES_SAMPLER: 'xray' } },
    {
      because: 'a ratio above 1',
      env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '5' },
    },
    {
      because: 'a ratio that is no number',
      env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' },
    },
  ])('$because', ({ env }) => {
    const settings = readTraceSettings({ ...ON, ...env });
    expect(settings).toEqual({ problem: expect.stringMatching(/^Does not trace: OTEL_/) });
    for (const value of Object.values(env)) {
      if (value !== 'traceidratio') expect(JSON.stringify(settings)).not.toContain(value);
    }
  });
});
