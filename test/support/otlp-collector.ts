import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFields } from './protobuf-fields.ts';

/** One span as it came over the wire. */
export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it has no parent. */
  readonly parentId: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Of the process that sent it. */
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

/** Receives traces as OTLP over HTTP (protobuf), on loopback. */
export interface OtlpCollector {
  readonly url: string;
  /** Path and content type of each request. */
  readonly requests: readonly { readonly path: string; readonly contentType: string | undefined }[];
  spans(): readonly CollectedSpan[];
  /** Everything that was received, as bytes. */
  received(): Buffer;
  stop(): Promise<void>;
}

/** @param refusal text of the answer where it takes no traces */
export async function startOtlpCollector(refusal?: string): Promise<OtlpCollector> {
  const bodies: Buffer[] = [];
  const requests: { path: string; contentType: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    bodies.push(Buffer.concat(parts));
    requests.push({ path: request.url ?? '', contentType: request.headers['content-type'] });
    if (refusal === undefined) response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    else response.writeHead(400, refusal, { 'content-type': 'text/plain' }).end(refusal);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () => bodies.flatMap(readRequest),
    received: () => Buffer.concat(bodies),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** ExportTraceServiceRequest of opentelemetry-proto. */
function readRequest(body: Buffer): CollectedSpan[] {
  return readFields(body)
    .messages(1)
    .flatMap((resourceSpans) => {
      const resource = attributesOf(resourceSpans.message(1).messages(1));
      return resourceSpans
        .messages(2)
        .flatMap((scope) => scope.messages(2))
        .map((span) => ({
          traceId: span.bytes(1).toString('hex'),
          spanId: span.bytes(2).toString('hex'),
          parentId: span.bytes(4).toString('hex'),
          name: span.bytes(5).toString('utf8'),
          startNs: span.integer(7),
          endNs: span.integer(8),
          attributes: attributesOf(span.messages(9)),
          failed: span.message(15).integer(3) === 2n,
          resource,
        }));
    });
}

type Fields = ReturnType<typeof readFields>;

/** KeyValue with a text, a truth or a number; the operator sends nothing else. */
function attributesOf(pairs: readonly Fields[]): Record<string, string | number | boolean> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const value = pair.message(2);
      const read = value.has(1)
        ? value.bytes(1).toString('utf8')
        : value.has(2)
          ? value.integer(2) === 1n
          : Number(value.integer(3));
      return [pair.bytes(1).toString('utf8'), read];
    }),
  );
}
