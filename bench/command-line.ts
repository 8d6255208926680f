import { parseArgs } from 'node:util';

/** In the order in which they run: each builds on what the ones before left in the cluster. */
const SCENARIOS = ['storm', 'cold', 'restart', 'new', 'rotate', 'disable'] as const;
type ScenarioName = (typeof SCENARIOS)[number];

export interface BenchOptions {
  /** Resources of one set, each with a Secret of its own. */
  readonly resources: number;
  /** Workers of the operator, and calls at the same time of the bare clients. */
  readonly workers: number;
  /** The operator's `--baseline-delay-seconds`. */
  readonly baselineSeconds: number;
  /** How long the scenarios that put load on a running operator last. */
  readonly loadSeconds: number;
  readonly only: readonly ScenarioName[];
  /** File for the figures. */
  readonly json: string | undefined;
  /** Folder for CPU profiles. */
  readonly profile: string | undefined;
  /** Everything is ended after this time. */
  readonly limitMinutes: number;
}

const HELP = `Usage: npm run bench [-- options]

Measures the operator: a real etcd and kube-apiserver, a simulated PAM Core that takes 20 ms for each call, and
the bundled operator, each in processes of their own on 127.0.0.1, with a set of PamCredentials, each with its own
Secret. Bare keep-alive clients make the same calls with the same concurrency in the same run; the
operator's rate is told as a share of theirs, since times depend on the machine.

  --resources N     resources of one set (default 10000; --quick 500)
  --quick           few resources and short loads: under a minute, to see whether everything works
  --only LIST       scenarios, separated by commas; the others are left out. What one needs of an
                    earlier one is made without being measured
                      storm    resources are created while the operator runs
                      cold     resources wait when the operator starts; memory, CPU, calls of each resource
                      restart  nothing has changed while the operator was down
                      new      a new resource while all are touched, 400 a second
                      rotate   a changed Secret: alone, 20 a second, while all are touched
                      disable  enabled: false behind edits of all resources, PAM at 100 ms: with the
                               operator running, and written while it was down
  --workers N       reconciles at the same time (default 10, as the operator's)
  --load-seconds N  how long each load lasts (default 25; --quick 5)
  --baseline-seconds N
                    the operator's --baseline-delay-seconds (default 30, as the operator's; --quick 3)
  --json FILE       write the figures as JSON too ("-": to the standard output)
  --profile DIR     write a CPU profile of each operator process there (.cpuprofile)
  --limit-minutes N end everything after this time (default 20)
  --help

Exit codes: 0 it was measured, whatever the figures are; 1 it could not be measured; 130 after Ctrl-C.
Linux only: CPU and memory of processes are read from /proc.
Environment: KUBEBUILDER_ASSETS, KUBERNETES_VERSION, XDG_CACHE_HOME as in npm run control-plane -- --help.
`;

type Read = BenchOptions | { readonly help: string } | { readonly problem: string };

/** Reads the arguments behind the script. Never throws. */
export function readCommandLine(argv: readonly string[]): Read {
  const refuse = (problem: string) => ({ problem: `${problem}; see npm run bench -- --help` });
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        resources: { type: 'string' },
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        workers: { type: 'string', default: '10' },
        'load-seconds': { type: 'string' },
        'baseline-seconds': { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
        'limit-minutes': { type: 'string', default: '20' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { help: HELP };
    const only = values.only?.split(',') ?? SCENARIOS;
    const unknown = only.find((name) => !SCENARIOS.some((scenario) => scenario === name));
    if (unknown !== undefined) return refuse(`--only knows no scenario ${unknown}`);
    const numbers = {
      resources: wholeNumber(values.resources ?? (values.quick ? '500' : '10000'), 100_000),
      workers: wholeNumber(values.workers, 100),
      'load-seconds': wholeNumber(values['load-seconds'] ?? (values.quick ? '5' : '25'), 600),
      'baseline-seconds': wholeNumber(values['baseline-seconds'] ?? (values.quick ? '3' : '30'), 60),
      'limit-minutes': wholeNumber(values['limit-minutes'], 240),
    };
    const wrong = Object.entries(numbers).find(([, number]) => number === undefined)?.[0];
    if (wrong !== undefined) return refuse(`--${wrong} must be a whole number from 1 on`);
    return {
      resources: numbers.resources ?? 1,
      workers: numbers.workers ?? 1,
      loadSeconds: numbers['load-seconds'] ?? 1,
      baselineSeconds: numbers['baseline-seconds'] ?? 1,
      limitMinutes: numbers['limit-minutes'] ?? 1,
      only: SCENARIOS.filter((name) => only.includes(name)),
      json: values.json,
      profile: values.profile,
    };
  } catch (error) {
    const words = error instanceof Error ? error.message : 'The arguments cannot be read';
    return refuse(`${words.split('. ', 1)[0]}`);
  }
}

function wholeNumber(text: string, most: number): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= 1 && number <= most ? number : undefined;
}
