import { parseArgs } from 'node:util';

export type DemoOptions =
  | { readonly once: boolean }
  | { readonly help: string }
  | { readonly problem: string };

const HELP = `Usage: npm run demo [-- options]

Starts a real Kubernetes API server, a simulated PAM Core and the operator on 127.0.0.1, and plays
through what the operator does: create, rotate, disable, report an error, survive an outage.
Everything stays up afterwards, to be tried by hand, until Ctrl-C. Nothing is left behind.

  --once    end by itself after the last step
  --help

Exit codes: 0 all steps were seen, 1 a step was not seen in time, 130 after Ctrl-C.
Environment: KUBEBUILDER_ASSETS, KUBERNETES_VERSION, XDG_CACHE_HOME as in
npm run control-plane -- --help; NO_COLOR switches colours off.
`;

/** Reads the arguments behind the script. Never throws. */
export function readCommandLine(argv: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    return values.help ? { help: HELP } : { once: values.once };
  } catch (error) {
    const words = error instanceof Error ? error.message : 'The arguments cannot be read';
    return { problem: `${words.split('. ', 1)[0]}; see npm run demo -- --help` };
  }
}
