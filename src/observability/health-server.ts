import type { BindAddress } from './bind-address.ts';
import { type Listener, listen, pathOf, sendText } from './http-listener.ts';
import type { HealthStatus } from './metrics.ts';

/** `detail` is the operator's own sentence; it is shown to whoever can reach the port. */
interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

/** Checks by name. None may ask PAM Core: its outage would become a restart loop of the operator. */
export type Checks = Readonly<Record<string, () => CheckResult>>;

export interface HealthChecks {
  /** /livez and /healthz: whether the process gets on with its work; a failure asks for a restart. */
  readonly live: Checks;
  /** /readyz: whether the first lists are done; a process that is not the leader is ready. */
  readonly ready: Checks;
}

/** Serves /healthz, /livez and /readyz in the form of kube-apiserver: 200 or 500, `?verbose` tells each check. */
export function startHealthServer(address: BindAddress | 'off', checks: HealthChecks): Promise<Listener> {
  const endpoints = new Map<string, Checks>([
    ['/healthz', checks.live],
    ['/livez', checks.live],
    ['/readyz', checks.ready],
  ]);
  return listen(address, '--health-probe-bind-address', (request, response) => {
    const path = pathOf(request);
    const asked = endpoints.get(path);
    if (asked === undefined) {
      sendText(response, 404, `not found; there are ${[...endpoints.keys()].join(', ')}\n`);
      return;
    }
    const { ok, lines } = run(asked);
    const verbose = new URLSearchParams(request.url?.split('?', 2)[1]).has('verbose');
    const told = [...lines, `${path.slice(1)} check ${ok ? 'passed' : 'failed'}`].join('\n');
    sendText(response, ok ? 200 : 500, ok && !verbose ? 'ok' : `${told}\n`);
  });
}

/** The checks as one number, for `pam_operator_health_status`. */
export function healthStatus({ live, ready }: HealthChecks): HealthStatus {
  if (!run(live).ok) return 2;
  return run(ready).ok ? 0 : 1;
}

function run(checks: Checks): { readonly ok: boolean; readonly lines: readonly string[] } {
  const results = [['ping', { ok: true, detail: '' }] as const, ...Object.entries(checks).map(runOne)];
  return {
    ok: results.every(([, { ok }]) => ok),
    lines: results.map(([name, { ok, detail }]) => {
      const line = `[${ok ? '+' : '-'}]${name} ${ok ? 'ok' : 'failed'}`;
      return detail === '' ? line : `${line}: ${detail}`;
    }),
  };
}

/** A check that throws has failed; what it threw is not shown. */
function runOne([name, check]: readonly [string, () => CheckResult]): readonly [string, CheckResult] {
  try {
    return [name, check()];
  } catch {
    return [name, { ok: false, detail: 'the check itself failed' }];
  }
}
