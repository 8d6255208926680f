import { readTraceSettings } from './trace-settings.ts';

/** Which resource a pass is for. */
interface TracedPass {
  readonly controller: string;
  readonly kind: string;
  /** Empty for a PamConnection. */
  readonly namespace: string;
  readonly name: string;
  readonly generation: number | undefined;
}

/**
 * Traces of what the operator does: a span for each pass, and below it one for each call to PAM Core and each write to
 * the API server. Spans hold names, numbers and reasons only: no address, no header, no text of PAM Core.
 */
export interface Tracing {
  /**
   * Runs one pass; the calls that it makes meanwhile become its children.
   *
   * @param reason of the resource's Ready condition, asked when the pass has ended
   */
  pass<R extends { readonly result: string }>(
    pass: TracedPass,
    work: () => Promise<R>,
    reason: () => string | undefined,
  ): Promise<R>;
  /** One HTTP call to PAM Core has ended. `code` is `ok`, PAM's number or the name of the failure. */
  pamCalled(call: {
    readonly connection: string;
    readonly operation: string;
    readonly code: string;
    readonly httpStatus?: number;
    readonly durationMs: number;
  }): void;
  /** One HTTP exchange with the API server has ended; reads are left out. */
  kubeCalled(exchange: {
    readonly verb: string;
    readonly method: string;
    readonly resource?: string;
    readonly code: string;
    readonly durationMs: number;
  }): void;
  /** Sends what is left, for a few seconds at most. Never rejects. */
  stop(): Promise<void>;
}

/** Tracing that is off: costs nothing. */
const NO_TRACING: Tracing = {
  pass: (_, work) => work(),
  pamCalled: () => undefined,
  kubeCalled: () => undefined,
  stop: () => Promise.resolve(),
};

export interface TracingOptions {
  /** Of the process: the variables that OpenTelemetry defines. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Of the Pod; empty where it is not known. */
  readonly podName: string;
  readonly namespace: string;
  /** A sentence without any value: settings that cannot be used, or an export that failed. */
  readonly onProblem: (sentence: string) => void;
}

/** Tracing as the variables say. The SDK is loaded only where it is on. Never rejects. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const settings = readTraceSettings(options.env);
  if (settings === 'off') return NO_TRACING;
  if ('problem' in settings) {
    options.onProblem(settings.problem);
    return NO_TRACING;
  }
  try {
    const { startOtlpTracing } = await import('./otlp-tracing.ts');
    return startOtlpTracing(settings, options);
  } catch {
    // Whatever the exporter finds wrong may hold the address or a header.
    options.onProblem('Does not trace: the OpenTelemetry exporter refuses its settings');
    return NO_TRACING;
  }
}
