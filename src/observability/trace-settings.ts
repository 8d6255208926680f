type Environment = Readonly<Record<string, string | undefined>>;

export interface TraceSettings {
  /** Whether spans without a parent are sampled, and how many of them; 1: all. */
  readonly ratio: number;
  /** Numbers of the batches, in the SDK's names; absent: its defaults. */
  readonly batch: {
    readonly scheduledDelayMillis?: number;
    readonly maxQueueSize?: number;
    readonly maxExportBatchSize?: number;
    readonly exportTimeoutMillis?: number;
  };
  /** The exporter's time limit where no variable sets one: a collector that is away must not hold up the end. */
  readonly timeoutMillis?: number;
}

const EXPORT_LIMIT_MS = 3000;

/**
 * The standard variables, as far as the SDK does not read them itself (endpoint, headers, certificates, compression,
 * service name and resource attributes are the SDK's). An endpoint turns tracing on.
 */
export function readTraceSettings(env: Environment): TraceSettings | 'off' | { readonly problem: string } {
  const has = (name: string) => (env[name] ?? '').trim() !== '';
  if (!has('OTEL_EXPORTER_OTLP_ENDPOINT') && !has('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')) return 'off';
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return 'off';
  const exporter = env.OTEL_TRACES_EXPORTER?.trim() || 'otlp';
  if (exporter === 'none') return 'off';
  if (exporter !== 'otlp') return { problem: 'Does not trace: OTEL_TRACES_EXPORTER must be otlp or none' };
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?.trim() || env.OTEL_EXPORTER_OTLP_PROTOCOL?.trim();
  if (protocol && protocol !== 'http/protobuf')
    return { problem: 'Does not trace: OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf' };
  const ratio = samplingRatio(env);
  if (ratio === undefined) return { problem: 'Does not trace: OTEL_TRACES_SAMPLER or its _ARG is not known' };
  const limited = has('OTEL_EXPORTER_OTLP_TIMEOUT') || has('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT');
  return {
    ratio,
    batch: {
      ...number(env, 'OTEL_BSP_SCHEDULE_DELAY', 'scheduledDelayMillis'),
      ...number(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 'maxQueueSize'),
      ...number(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 'maxExportBatchSize'),
      ...number(env, 'OTEL_BSP_EXPORT_TIMEOUT', 'exportTimeoutMillis'),
    },
    ...(!limited && { timeoutMillis: EXPORT_LIMIT_MS }),
  };
}

/** No pass has a parent from outside, so a sampler and its parent-based form are the same here. */
function samplingRatio(env: Environment): number | undefined {
  const sampler = env.OTEL_TRACES_SAMPLER?.trim().replace(/^parentbased_/, '') || 'always_on';
  if (sampler === 'always_on') return 1;
  if (sampler === 'always_off') return 0;
  if (sampler !== 'traceidratio') return undefined;
  const text = env.OTEL_TRACES_SAMPLER_ARG?.trim() || '1';
  const ratio = Number(text);
  return ratio >= 0 && ratio <= 1 ? ratio : undefined;
}

/** What is no number above 0 is ignored, as the specification asks. */
function number<N extends string>(env: Environment, variable: string, name: N): { [K in N]?: number } {
  const value = Number(env[variable]);
  return Number.isInteger(value) && value > 0 ? ({ [name]: value } as { [K in N]?: number }) : {};
}
