import packageJson from '../package.json' with { type: 'json' };
import { type Command, readCommand } from './config/command.ts';
import { readTextFile } from './config/read-text-file.ts';
import type { Settings } from './config/settings.ts';
import { effectiveSettings, readSettings } from './config.ts';
import { createKubeClient } from './kube/create-kube-client.ts';
import type { KubeExchange } from './kube/kube-client.ts';
import { type KubeConnection, loadKubeConfig } from './kube/kube-config.ts';
import { type HealthChecks, healthStatus, startHealthServer } from './observability/health-server.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { startMetricsServer } from './observability/metrics-server.ts';
import { startTracing } from './observability/tracing.ts';
import { type Operator, startOperator } from './operator.ts';
import { releaseFinalizers } from './release-finalizers.ts';
import { whyUnlisted } from './why-unlisted.ts';

const { version } = packageJson;
const USER_AGENT = `pam-operator/${version}`;

/**
 * Exit codes: 0 after a graceful stop or a command that did all of its work, 1 for settings or a start that cannot
 * work and for a command that left something, 130 after a second signal.
 */
async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2));
  if ('problem' in command) return refuse(command.problem);
  const read = readSettings({ argv: command.argv, env: process.env, readFile: readTextFile });
  if ('help' in read) return print(read.help);
  if ('version' in read) return print(`pam-operator ${version} (Node ${process.versions.node})\n`);
  if ('problem' in read) return refuse(read.problem);
  const { settings } = read;
  const kube = loadKubeConfig(settings.kubeconfig === '' ? {} : { kubeconfig: settings.kubeconfig });
  if ('problem' in kube) return refuse(kube.problem);
  if (command.name === 'release-finalizers') await release(command, settings, kube.connection);
  else await run(settings, kube.connection);
}

async function release(
  { dryRun, force, stopDeployment }: Extract<Command, { name: 'release-finalizers' }>,
  settings: Settings,
  connection: KubeConnection,
): Promise<void> {
  const pace = { qps: settings.kubeClientQps, burst: settings.kubeClientBurst };
  const client = createKubeClient({ connection, userAgent: USER_AGENT, pace });
  const stopped = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.abort());
  process.exitCode = await releaseFinalizers({
    client,
    settings,
    dryRun,
    force,
    ...(stopDeployment !== undefined && { stopDeployment }),
    signal: stopped.signal,
    print: (line) => print(`${line}\n`),
    tell,
  });
  await client.close();
}

async function run(settings: Settings, connection: KubeConnection): Promise<void> {
  const metrics = createMetrics({ version, nodeVersion: process.versions.node });
  const logger = createLogger({
    level: settings.logLevel,
    onDropped: (count) => metrics.logFieldsDropped(count),
  });
  logger.info('Started pam-operator', { version, nodeVersion: process.versions.node });
  logger.settings(effectiveSettings(settings));
  if (connection.insecure)
    logger.warn('Does not check the certificate of the API server, as the kubeconfig asks');

  const { namespace, podName } = settings;
  const onProblem = (sentence: string) => logger.warn(sentence);
  const tracing = await startTracing({ env: process.env, version, podName, namespace, onProblem });
  const onRequest = (exchange: KubeExchange) => {
    metrics.kube.exchanged(exchange);
    tracing.kubeCalled(exchange);
  };
  const pace = { qps: settings.kubeClientQps, burst: settings.kubeClientBurst };
  const client = createKubeClient({
    connection,
    userAgent: USER_AGENT,
    onRequest,
    onRetry: metrics.kube.retried,
    pace,
  });
  const operator = startOperator({ settings, client, namespace, logger, metrics, tracing, version });
  const checks = healthChecks(operator, settings);
  metrics.readHealthFrom(() => healthStatus(checks));

  const stopped = Promise.withResolvers<number>();
  onSignals(logger, stopped.resolve);
  const servers = await startServers(settings, checks, metrics, logger);
  if (servers === undefined) stopped.resolve(1);
  const deadline = setTimeout(() => {
    logger.error('Failed to list everything in time', {
      limit: settings.cacheSyncTimeoutSeconds,
      detail: whyUnlisted(operator.unlisted()),
    });
    stopped.resolve(1);
  }, settings.cacheSyncTimeoutSeconds * 1000);
  operator.synced.then(
    () => {
      clearTimeout(deadline);
      logger.info('Listed everything that is watched');
    },
    () => clearTimeout(deadline),
  );

  process.exitCode = await stopped.promise;
  clearTimeout(deadline);
  await operator.stop(settings.drainSeconds * 1000);
  await Promise.all((servers ?? []).map((server) => server.stop()));
  await client.close();
  await tracing.stop();
  logger.info('Stopped pam-operator', { exitCode: Number(process.exitCode) });
}

/** Never PAM's health: an outage of PAM would become a restart loop. */
function healthChecks(operator: Operator, { watchStaleSeconds }: Settings): HealthChecks {
  const within = (what: string, seconds: number) => ({
    ok: seconds < watchStaleSeconds,
    detail: `${what} ${Math.round(seconds)} s ago, limit ${watchStaleSeconds} s`,
  });
  return {
    live: {
      watches: () => within('heard from the API server', operator.watchAgeSeconds()),
      progress: () => within('a worker made progress', operator.stuckSeconds()),
    },
    ready: {
      caches: () => ({
        ok: operator.isReady(),
        detail: operator.isReady() ? 'listed' : 'the first lists are not in',
      }),
    },
  };
}

async function startServers(
  settings: Settings,
  checks: HealthChecks,
  metrics: ReturnType<typeof createMetrics>,
  logger: Logger,
) {
  try {
    const health = await startHealthServer(settings.healthProbeBindAddress, checks);
    if (health.port !== undefined) logger.info('Serves health checks', { port: health.port });
    const scrape = await startMetricsServer(settings.metricsBindAddress, metrics);
    if (scrape.port !== undefined) logger.info('Serves metrics', { port: scrape.port });
    return [health, scrape];
  } catch (error) {
    // The listener's own sentence: it names the flag and the address.
    logger.error('Failed to listen', { detail: error instanceof Error ? error.message : 'unknown' });
    return undefined;
  }
}

/** As PID 1 a process gets no default action for signals. The first one drains, a second one ends at once. */
function onSignals(logger: Logger, stop: (exitCode: number) => void): void {
  let asked = false;
  const ask = (signal: NodeJS.Signals) => {
    if (asked) process.exit(130);
    asked = true;
    logger.info('Stops on a signal', { signal });
    stop(0);
  };
  process.on('SIGTERM', ask);
  process.on('SIGINT', ask);
  process.on('SIGUSR2', () => {
    const logLevel = logger.toggleLevel();
    logger.info('Changed the log level', { logLevel });
  });
}

function print(text: string): void {
  process.stdout.write(text);
}

function refuse(problem: string): void {
  tell(problem);
  process.exitCode = 1;
}

function tell(line: string): void {
  process.stderr.write(`pam-operator: ${line}\n`);
}

await main();
