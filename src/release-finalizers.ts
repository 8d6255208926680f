import { FINALIZER, IN_USE_FINALIZER } from './api/names.ts';
import type { Settings } from './config/settings.ts';
import { KubeError } from './core/kube-error.ts';
import { type FinalizerHolder, listFinalizerHolders } from './kube/finalizer-holder.ts';
import type { KubeClient } from './kube/kube-client.ts';
import { findLeaseHolder } from './kube/lease-holder.ts';
import { removeFinalizers } from './kube/remove-finalizers.ts';
import { stopDeployment } from './kube/stop-deployment.ts';
import {
  nameOf,
  ProgressPace,
  summary,
  type Unreleased,
  unreleasedSentence,
  whyNot,
} from './release-finalizers/report.ts';

export interface ReleaseOptions {
  readonly client: KubeClient;
  readonly settings: Pick<Settings, 'namespace' | 'leaderElectionId' | 'watchNamespaces'>;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** Deployment of the operator, in its namespace: scaled to no Pod first. */
  readonly stopDeployment?: string;
  /** Ends the command between two resources. */
  readonly signal: AbortSignal;
  /** The result, one line. */
  readonly print: (line: string) => void;
  /** What a human follows: progress and problems, one line each. */
  readonly tell: (line: string) => void;
}

/** The finalizers that the operator sets. */
const FINALIZERS: Readonly<Record<FinalizerHolder['kind'], ReadonlySet<string>>> = {
  PamConnection: new Set([IN_USE_FINALIZER]),
  PamCredential: new Set([FINALIZER]),
  PamSshKey: new Set([FINALIZER]),
};

/** Connections last: while a resource holds its finalizer, an operator may still need its connection. */
const KINDS = ['PamCredential', 'PamSshKey', 'PamConnection'] as const;

/** Short calls that wait for etcd, not for this process. */
const CONCURRENCY = 8;

/**
 * Takes the operator's finalizers off every resource of the settings' namespaces, and off the PamConnections. PAM
 * Core is not asked. Never throws.
 * @returns the exit code: 0 where no finalizer of the operator is left, 1 otherwise
 */
export async function releaseFinalizers(options: ReleaseOptions): Promise<0 | 1> {
  const { dryRun, force, tell } = options;
  try {
    if (!dryRun) await stopOperator(options);
    const refusal = dryRun || force ? undefined : await refusalByLease(options);
    if (refusal !== undefined) {
      tell(refusal);
      return 1;
    }
    const holders = await listHolders(options);
    return dryRun ? preview(holders, options) : await release(holders, options);
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const isLease = error.fault.resource === 'leases' && error.fault.signal === 'http';
    const advice = isLease ? '; whether an operator runs is unknown, add --force if none does' : '';
    tell(`Nothing was released: ${whyNot(error.fault)}${advice}.`);
    return 1;
  }
}

/** Longer than the operator's drain (25 s) and the end of its Lease without one (15 s) together. */
const STOP_MS = 90_000;

/** Scales the operator's Deployment to no Pod and waits until nobody holds the Lease. */
async function stopOperator({
  client,
  settings,
  stopDeployment: name,
  signal,
  tell,
}: ReleaseOptions): Promise<void> {
  if (name === undefined) return;
  const { namespace, leaderElectionId } = settings;
  const stopped = await stopDeployment(client, namespace, name, signal);
  if (stopped === 'absent') return tell(`No Deployment ${namespace}/${name} exists`);
  tell(`Scaled the Deployment ${namespace}/${name} to no Pod; waiting for its Lease to be free`);
  const endsAtMs = performance.now() + STOP_MS;
  const lease = { client, namespace, name: leaderElectionId, signal, onWait: () => {} };
  while (performance.now() < endsAtMs && !signal.aborted) {
    if (typeof (await findLeaseHolder(lease)) === 'string') return;
  }
}

/** A running operator would put the finalizers on again. One sentence, or undefined where none runs. */
async function refusalByLease(options: ReleaseOptions): Promise<string | undefined> {
  const { client, settings, signal, tell } = options;
  const { namespace, leaderElectionId: name } = settings;
  const found = await findLeaseHolder({
    client,
    namespace,
    name,
    signal,
    onWait: (holder, forMs) =>
      tell(
        `The Lease ${namespace}/${name} names ${holder}; looking for up to ${forMs / 1000} s whether it runs`,
      ),
  });
  if (found === 'absent') {
    tell(`No Lease ${namespace}/${name} exists: no operator runs there (--namespace names another place)`);
  }
  if (typeof found === 'string') return undefined;
  return `The operator ${found.holder} runs (it holds the Lease ${namespace}/${name}) and would put the finalizers on again; stop it, or add --force.`;
}

async function listHolders({ client, settings, signal }: ReleaseOptions): Promise<FinalizerHolder[]> {
  const holders: FinalizerHolder[] = [];
  for (const kind of KINDS) {
    const everywhere = kind === 'PamConnection' || settings.watchNamespaces.length === 0;
    for (const namespace of everywhere ? [undefined] : settings.watchNamespaces) {
      holders.push(...(await listFinalizerHolders(client, { kind, namespace }, FINALIZERS[kind], signal)));
    }
  }
  return holders;
}

function preview(holders: readonly FinalizerHolder[], { tell, print }: ReleaseOptions): 0 {
  let finalizers = 0;
  for (const holder of holders) {
    tell(`Would release ${nameOf(holder)}`);
    finalizers += holder.finalizers.filter((name) => FINALIZERS[holder.kind].has(name)).length;
  }
  print(summary(finalizers, holders.length, true));
  return 0;
}

async function release(holders: readonly FinalizerHolder[], options: ReleaseOptions): Promise<0 | 1> {
  const { client, signal, tell, print } = options;
  const pace = new ProgressPace(performance.now());
  const unreleased: Unreleased[] = [];
  let [done, finalizers, resources] = [0, 0, 0];
  const tellProgress = () => {
    const isDue = done < holders.length && pace.isDue(done, performance.now());
    if (isDue) tell(`Looked after ${done} of ${holders.length} resources`);
  };
  const timer = setInterval(tellProgress, 1000);

  async function work(queue: Iterator<FinalizerHolder>): Promise<void> {
    for (let next = queue.next(); next.done !== true && !signal.aborted; next = queue.next()) {
      const holder = next.value;
      const removal = await removeFinalizers(client, holder, FINALIZERS[holder.kind], signal);
      done += 1;
      if ('fault' in removal) unreleased.push({ ...holder, fault: removal.fault });
      else if (removal.count > 0) {
        finalizers += removal.count;
        resources += 1;
      }
      tellProgress();
    }
  }

  try {
    for (const kind of KINDS) {
      const queue = holders.filter((holder) => holder.kind === kind).values();
      await Promise.all(Array.from({ length: CONCURRENCY }, () => work(queue)));
    }
  } finally {
    clearInterval(timer);
  }
  print(summary(finalizers, resources, false));
  if (unreleased.length > 0) tell(unreleasedSentence(unreleased, holders.length));
  else if (done < holders.length) tell(`Stopped after ${done} of ${holders.length} resources.`);
  return unreleased.length === 0 && done === holders.length ? 0 : 1;
}
