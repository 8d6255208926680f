import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TraceSettings } from './trace-settings.ts';
import type { Tracing, TracingOptions } from './tracing.ts';

/** Numbers and names of failures, as in the metrics: an answer of PAM must not put a text of its own into a trace. */
const CODE = /^([A-Za-z]{1,40}|\d{3,4})$/;

/** A collector that is away fails every batch, which is said this often at most. */
const COMPLAINT_EVERY_MS = 600_000;

/** The only user of the OpenTelemetry SDK. Throws where the exporter refuses its variables. */
export function startOtlpTracing(settings: TraceSettings, options: TracingOptions): Tracing {
  const { version, podName, namespace, onProblem } = options;
  const exporter = new OTLPTraceExporter(
    settings.timeoutMillis === undefined ? {} : { timeoutMillis: settings.timeoutMillis },
  );
  const provider = new TracerProvider({
    sampler: new TraceIdRatioBasedSampler(settings.ratio),
    resource: resourceFromAttributes({
      'service.name': 'pam-operator',
      'service.version': version,
      'k8s.namespace.name': namespace,
      ...(podName !== '' && { 'k8s.pod.name': podName, 'service.instance.id': podName }),
    }).merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    spanProcessors: [new BatchSpanProcessor({ ...settings.batch, exporter })],
  });
  reportFaults(onProblem);
  const tracer = provider.getTracer('pam-operator', version);
  const running = new AsyncLocalStorage<Span>();

  /** What ended just now, as a part of the pass that made it; what no pass made is not traced. */
  function child(
    name: string,
    kind: SpanKind,
    durationMs: number,
    attributes: Attributes,
    ok: boolean,
  ): void {
    const parent = running.getStore();
    if (parent === undefined) return;
    const endTime = Date.now();
    const span = tracer.startSpan(
      name,
      { kind, attributes, startTime: endTime - durationMs },
      trace.setSpan(ROOT_CONTEXT, parent),
    );
    if (!ok) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  }

  return {
    pass: async ({ controller, kind, namespace: place, name, generation }, work, reason) => {
      const attributes: Attributes = {
        'pam_operator.controller': controller,
        'pam_operator.kind': kind,
        'pam_operator.namespace': place,
        'pam_operator.name': name,
        ...(generation !== undefined && { 'pam_operator.generation': generation }),
      };
      const span = tracer.startSpan(`reconcile ${kind}`, { attributes }, ROOT_CONTEXT);
      let result = 'crash';
      try {
        const ended = await running.run(span, work);
        result = ended.result;
        return ended;
      } finally {
        span.setAttribute('pam_operator.result', result);
        const why = reason();
        if (why !== undefined) span.setAttribute('pam_operator.reason', why);
        if (result === 'error' || result === 'terminal' || result === 'crash')
          span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      }
    },
    pamCalled: ({ connection, operation, code, httpStatus, durationMs }) => {
      const attributes: Attributes = {
        'pam_operator.connection': connection,
        'pam_operator.operation': operation,
        'pam_operator.code': CODE.test(code) ? code : 'other',
        ...(httpStatus !== undefined && { 'http.response.status_code': httpStatus }),
      };
      child(`PAM ${operation}`, SpanKind.CLIENT, durationMs, attributes, code === 'ok');
    },
    kubeCalled: ({ verb, method, resource, code, durationMs }) => {
      if (method === 'GET') return;
      const status = Number(code);
      const attributes: Attributes = {
        'pam_operator.verb': verb,
        ...(resource !== undefined && { 'pam_operator.resource': resource }),
        ...(Number.isInteger(status) && { 'http.response.status_code': status }),
      };
      const ok = status >= 200 && status < 300;
      child(`Kubernetes ${verb} ${resource ?? ''}`.trim(), SpanKind.CLIENT, durationMs, attributes, ok);
    },
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

/** The SDK's own messages may hold the endpoint, headers and answers: that there is one is all that is told. */
function reportFaults(onProblem: (sentence: string) => void): void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const tell = () => {
    if (performance.now() - toldAtMs < COMPLAINT_EVERY_MS) return;
    toldAtMs = performance.now();
    onProblem('Failed to export traces');
  };
  const ignore = () => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
