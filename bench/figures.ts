/** What is measured, in the order of the table, with the goal that it is held against where there is one. */
export const FIGURES = {
  coldShare: { title: "Cold start: share of the bare clients' rate", unit: '', goal: { least: 0.92 } },
  stormShare: { title: "Storm: share of the bare clients' rate", unit: '', goal: { least: 0.9 } },
  coldRate: { title: 'Cold start: rate', unit: 'resources/s' },
  stormRate: { title: 'Storm: rate', unit: 'resources/s' },
  cpuPerResource: { title: 'CPU of a resource, cold start', unit: 'ms', goal: { most: 1.9 } },
  bareCpuPerResource: { title: 'CPU of a resource, bare clients', unit: 'ms' },
  cpuPerResourceOfAll: { title: 'CPU of a resource, with its baseline', unit: 'ms' },
  rss: { title: 'RSS when all are in sync', unit: 'MiB', goal: { most: 150 } },
  rssPeak: { title: 'RSS, highest', unit: 'MiB' },
  statusWrites: { title: 'Status writes of a resource', unit: 'calls', goal: { exactly: 3 } },
  otherWrites: { title: 'Other writes of a resource but Events', unit: 'calls', goal: { exactly: 0 } },
  events: { title: 'Events of a resource', unit: 'calls', goal: { most: 1 } },
  secretReads: { title: 'Secret reads of a resource', unit: 'calls', goal: { exactly: 1 } },
  pamWrites: { title: 'PAM Core writes of a resource', unit: 'calls', goal: { exactly: 1 } },
  pamLists: { title: 'PAM Core lists for all resources', unit: 'calls' },
  restartReady: { title: 'Restart in sync: ready', unit: 's', goal: { most: 1 } },
  bareLists: { title: 'The same lists, bare clients', unit: 's' },
  restartWrites: { title: 'Restart in sync: writes for resources', unit: 'calls', goal: { exactly: 0 } },
  restartSecretReads: { title: 'Restart in sync: Secret reads', unit: 'calls', goal: { exactly: 0 } },
  restartLists: { title: 'Restart in sync: PAM Core lists', unit: 'calls', goal: { most: 1 } },
  restartBlock: { title: 'Restart in sync: longest event-loop block', unit: 'ms', goal: { most: 20 } },
  newP99: { title: 'New resource while all are touched: p99', unit: 's', goal: { most: 0.4 } },
  newP50: { title: 'New resource while all are touched: p50', unit: 's' },
  touchRate: { title: 'Touches that the API server took', unit: 'a second' },
  rotateSingleP99: { title: 'Rotation, alone: p99', unit: 's', goal: { most: 0.15 } },
  rotateSteadyP99: { title: 'Rotation, 20 a second: p99', unit: 's', goal: { most: 1.3 } },
  rotateTouchedP99: { title: 'Rotation while all are touched: p99', unit: 's', goal: { most: 1.3 } },
  rotationWrites: { title: 'Status writes of a rotation', unit: 'calls', goal: { exactly: 3 } },
  rotationSecretReads: { title: 'Secret reads of a rotation', unit: 'calls', goal: { exactly: 1 } },
  rotationPamWrites: { title: 'PAM Core writes of a rotation', unit: 'calls', goal: { exactly: 1 } },
  disableP99: { title: 'Disable behind edits of all: p99', unit: 's', goal: { most: 2 } },
  disableDownP99: { title: 'Disable written while down, from the start: p99', unit: 's', goal: { most: 3 } },
  block: { title: 'Longest event-loop block', unit: 'ms', goal: { most: 20 } },
  blockCpu: { title: 'Longest event-loop block, CPU of the thread in it', unit: 'ms' },
} as const satisfies Readonly<Record<string, Figure>>;

interface Figure {
  readonly title: string;
  readonly unit: string;
  readonly goal?: Goal;
}

export type Goal = { readonly least: number } | { readonly most: number } | { readonly exactly: number };
export type FigureName = keyof typeof FIGURES;

/** The figures of one run; those of scenarios that were left out are absent. */
export class Figures {
  readonly #values = new Map<FigureName, number>();

  set(name: FigureName, value: number): void {
    this.#values.set(name, value);
  }

  /** Keeps the larger one. */
  raise(name: FigureName, value: number): void {
    this.#values.set(name, Math.max(value, this.#values.get(name) ?? value));
  }

  rows() {
    return (Object.entries(FIGURES) as [FigureName, Figure][]).flatMap(([name, { title, unit, goal }]) => {
      const value = this.#values.get(name);
      if (value === undefined) return [];
      return [{ name, title, unit, value, ...(goal !== undefined && { goal, met: meets(value, goal) }) }];
    });
  }
}

function meets(value: number, goal: Goal): boolean {
  if ('least' in goal) return value >= goal.least;
  return 'most' in goal ? value <= goal.most : value === goal.exactly;
}
