import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OperatorProcess, startOperatorProcess } from '../support/operator-process.ts';
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from '../support/otlp-collector.ts';
import { SOURCES } from '../support/tested-operator.ts';
import { credential, OPERATOR_NAMESPACE, type Stage, secret, startStage } from './stage.ts';

/** Traces of the real operator, as a collector on loopback receives them. */
let stage: Stage;
let collector: OtlpCollector;
let operator: OperatorProcess | undefined;

const TELLS_MODULES = new URL('../support/told-modules.ts', import.meta.url).href;
const CANARY = 'c4nary-trace-Passw0rd';
const HEADER_CANARY = 'c4nary-trace-header';

beforeAll(async () => {
  stage = await startStage();
  await stage.operator().stop();
  collector = await startOtlpCollector();
});
afterEach(async () => {
  stage.pam.faults.clear();
  await operator?.stop();
});
afterAll(async () => {
  await collector?.stop();
  await stage?.stop();
});

async function run(env: Readonly<Record<string, string>>): Promise<OperatorProcess> {
  operator = await startOperatorProcess({
    kubeconfigPath: stage.controlPlane.kubeconfigPath,
    namespace: OPERATOR_NAMESPACE,
    // Of a bundle nobody can tell which packages it loads.
    main: SOURCES,
    args: ['--log-level', 'debug', '--backoff-base-seconds', '1', '--backoff-max-seconds', '1'],
    env: { NODE_OPTIONS: `--import=${TELLS_MODULES}`, OTEL_BSP_SCHEDULE_DELAY: '200', ...env },
  });
  return operator;
}

async function declare(name: string): Promise<void> {
  await stage.apply(secret(name, { password: CANARY }), credential(name));
}

/** Without the API of a few types, which the metrics' client loads for itself. */
const loaded = ({ output }: OperatorProcess) =>
  output().match(/loads @opentelemetry\/(?!api\b)[\w-]+/g) ?? [];
const passesFor = (name: string) =>
  collector.spans().filter(({ attributes }) => attributes['pam_operator.name'] === name);
const partsOf = ({ spanId }: CollectedSpan) =>
  collector.spans().filter(({ parentId }) => parentId === spanId);

describe('tracing is off', () => {
  it.each([
    { because: 'nobody asked for it', env: {} },
    {
      because: 'the SDK is disabled',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' },
    },
    {
      because: 'it is asked for in a way that is not there, which is said',
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    },
  ])('and no module of it is loaded: $because', async ({ env }) => {
    const process = await run(env);
    await declare('untraced');
    await stage.reason('pamcredential', 'untraced', 'Synced');
    expect(await process.stop()).toBe(0);
    expect(process.output()).toContain('loads pino');
    expect(loaded(process)).toEqual([]);
    const complaints = process.log().filter(({ msg }) => String(msg).startsWith('Does not trace'));
    expect(complaints).toHaveLength('OTEL_EXPORTER_OTLP_PROTOCOL' in env ? 1 : 0);
  });
});

describe('tracing is on', () => {
  it('each pass is a span, with its calls below it, and nothing that is secret', async () => {
    const process = await run({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${HEADER_CANARY}`,
      OTEL_SERVICE_NAME: 'vault-keeper',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      POD_NAME: 'pam-operator-0',
    });
    expect(loaded(process)).not.toEqual([]);
    await declare('traced');
    await stage.reason('pamcredential', 'traced', 'Synced');
    // PAM Core answers with what it was sent, and with a text of its own.
    stage.pam.faults.add({ kind: 'echo-request', match: { identifier: 'test_team-a_echoed', times: 1 } });
    stage.pam.faults.add({
      kind: 'numbered-error',
      code: 1042,
      message: `1042: ${CANARY}`,
      match: { identifier: 'test_team-a_refused' },
    });
    await declare('echoed');
    await declare('refused');
    await stage.reason('pamcredential', 'echoed', 'Synced');
    const reasonOf = (name: string) => passesFor(name).map((span) => span.attributes['pam_operator.reason']);
    await stage.eventually(
      () => reasonOf('refused').at(-1),
      (reason) => reason === 'PamValidationFailed' || reason === 'PamRejected',
      'a refusal',
    );
    await stage.eventually(
      () => reasonOf('traced'),
      (reasons) => reasons.includes('Synced'),
      'a success',
    );
    expect(await process.stop()).toBe(0);

    const pass = passesFor('traced').find(({ attributes }) => attributes['pam_operator.reason'] === 'Synced');
    if (pass === undefined) throw new Error('there is no span of a pass that brought it in sync');
    expect(pass).toMatchObject({ name: 'reconcile PamCredential', parentId: '', failed: false });
    expect(pass.attributes).toEqual({
      'pam_operator.controller': 'pamcredential',
      'pam_operator.kind': 'PamCredential',
      'pam_operator.namespace': 'team-a',
      'pam_operator.name': 'traced',
      'pam_operator.generation': 1,
      // What follows is the baseline of the content, in a pass of its own.
      'pam_operator.result': 'requeue_after',
      'pam_operator.reason': 'Synced',
    });
    expect(pass.resource).toMatchObject({
      'service.name': 'vault-keeper',
      'deployment.environment.name': 'test',
      'k8s.pod.name': 'pam-operator-0',
      'k8s.namespace.name': OPERATOR_NAMESPACE,
    });
    const parts = passesFor('traced').flatMap(partsOf);
    expect(parts).toContainEqual(
      expect.objectContaining({
        name: 'PAM Upsert',
        failed: false,
        attributes: {
          'pam_operator.connection': 'default',
          'pam_operator.operation': 'Upsert',
          'pam_operator.code': 'ok',
          'http.response.status_code': 201,
        },
      }),
    );
    expect(parts).toContainEqual(
      expect.objectContaining({
        name: 'Kubernetes patch pamcredentials/status',
        attributes: {
          'pam_operator.verb': 'patch',
          'pam_operator.resource': 'pamcredentials/status',
          'http.response.status_code': 200,
        },
      }),
    );
    for (const { traceId, startNs, endNs } of partsOf(pass)) {
      expect(traceId).toBe(pass.traceId);
      expect(endNs >= startNs).toBe(true);
    }
    const refusals = passesFor('refused')
      .flatMap(partsOf)
      .filter(({ failed }) => failed);
    expect(refusals.map(({ attributes }) => attributes['pam_operator.code'])).toContain('1042');
    // The election, the watches and reads are no part of a pass.
    expect(
      collector
        .spans()
        .map(({ name }) => name)
        .filter((name) => /lease|watch|get|list secrets/.test(name)),
    ).toEqual([]);

    const received = collector.received().toString('latin1');
    for (const canary of [CANARY, HEADER_CANARY, Buffer.from(CANARY).toString('base64')]) {
      expect(received).not.toContain(canary);
      expect(process.output()).not.toContain(canary);
    }
    const { clientSecret } = stage.pam.oauth2;
    for (const text of [
      clientSecret,
      stage.pam.url,
      new URL(stage.pam.url).host,
      '/pam/credential',
      'Bearer',
    ])
      expect(received).not.toContain(text);
    expect(new Set(collector.requests.map(({ path }) => path))).toEqual(new Set(['/v1/traces']));
  });

  it('every attribute is documented, and every documented one is there', () => {
    const page = readFileSync(new URL('../../docs/tracing.md', import.meta.url), 'utf8');
    const documented = new Set([...page.matchAll(/^\| `([a-z_]+\.[\w.]+)` \|/gm)].map(([, name]) => name));
    const sent = new Set(collector.spans().flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...sent].toSorted()).toEqual([...documented].toSorted());
  });

  it('nothing is sent where nothing is sampled', async () => {
    const before = collector.requests.length;
    const process = await run({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'always_off',
    });
    await declare('unsampled');
    await stage.reason('pamcredential', 'unsampled', 'Synced');
    expect(await process.stop()).toBe(0);
    expect(collector.requests).toHaveLength(before);
  });

  it('a collector that refuses is told without what it says', async () => {
    const refusing = await startOtlpCollector(HEADER_CANARY);
    const process = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url });
    await declare('refused-traces');
    await stage.reason('pamcredential', 'refused-traces', 'Synced');
    await stage.eventually(
      () => process.log().filter(({ msg }) => msg === 'Failed to export traces').length,
      (count) => count > 0,
      'a complaint',
    );
    expect(await process.stop()).toBe(0);
    await refusing.stop();
    expect(process.output()).not.toContain(HEADER_CANARY);
    expect(process.output()).not.toContain(refusing.url);
  });

  it('a collector that is away holds up neither the work nor the end, and is told without its address', async () => {
    const process = await run({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/c4nary-path',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${HEADER_CANARY}`,
    });
    await declare('alone');
    await stage.reason('pamcredential', 'alone', 'Synced');
    await stage.eventually(
      () => process.log().filter(({ msg }) => msg === 'Failed to export traces').length,
      (count) => count > 0,
      'a complaint',
    );
    const askedAt = performance.now();
    expect(await process.stop()).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(25_000);
    expect(process.log().filter(({ msg }) => msg === 'Failed to export traces')).toHaveLength(1);
    expect(process.output()).not.toMatch(/c4nary/);
  });
});
