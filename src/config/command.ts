/** What the process is asked to do, and the flags that {@link readSettings} reads. */
export type Command =
  | { readonly name: 'run'; readonly argv: readonly string[] }
  | {
      readonly name: 'release-finalizers';
      readonly argv: readonly string[];
      /** Says what would be done and changes nothing. */
      readonly dryRun: boolean;
      /** Goes on although an operator may hold the Lease. */
      readonly force: boolean;
      /** Deployment of the operator, in its namespace: scaled to no Pod first. */
      readonly stopDeployment?: string;
    };

const STOP_DEPLOYMENT = /^--stop-deployment(?:=|$)(.*)$/s;

/** DNS-1123 subdomain. */
const DEPLOYMENT_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

const SWITCH = /^--(dry-run|force)(?:=(.*))?$/s;

/**
 * Splits the command from the flags. The command comes first; without one the operator runs. An argument that is
 * not known is not repeated: it may be a secret in the wrong place.
 */
export function readCommand(argv: readonly string[]): Command | { readonly problem: string } {
  const [first] = argv;
  const asksOnly = argv.some((argument) => ['--help', '-h', '--version'].includes(argument));
  if (asksOnly || first === undefined || first.startsWith('-')) return { name: 'run', argv };
  if (first !== 'release-finalizers') {
    return {
      problem:
        'The first argument is no command; the only one is release-finalizers, and --help explains it.',
    };
  }
  const switches = { 'dry-run': false, force: false };
  const rest: string[] = [];
  let stopDeployment: string | undefined;
  for (const argument of argv.slice(1)) {
    const deployment = STOP_DEPLOYMENT.exec(argument)?.[1];
    if (deployment !== undefined) {
      if (!DEPLOYMENT_NAME.test(deployment))
        return { problem: '--stop-deployment names no Deployment; give --stop-deployment=<name>.' };
      stopDeployment = deployment;
      continue;
    }
    const [, name, value = 'true'] = SWITCH.exec(argument) ?? [];
    if (name === undefined) rest.push(argument);
    else if (value === 'true' || value === 'false')
      switches[name as keyof typeof switches] = value === 'true';
    else return { problem: `--${name} has an unknown value; give true or false.` };
  }
  return {
    name: 'release-finalizers',
    argv: rest,
    dryRun: switches['dry-run'],
    force: switches.force,
    ...(stopDeployment !== undefined && { stopDeployment }),
  };
}
