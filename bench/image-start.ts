import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

/** How the image starts the operator with the memory limit of the chart: what is measured is what is installed. */
export function imageStart(): {
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const dockerfile = read('Dockerfile');
  const [, entrypoint = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  const nodeFlags = (JSON.parse(entrypoint) as string[]).slice(1, -1).map(ofTheLimit);
  const [, variables = ''] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
  if (nodeFlags.length === 0 || variables === '') throw new Error('the Dockerfile is not understood');
  return { nodeFlags, env: Object.fromEntries(variables.split(' ').map((each) => each.split('=', 2))) };
}

/** Outside of a container the share would be that of the machine's memory. */
function ofTheLimit(flag: string): string {
  const [, percentage] = /^--max-old-space-size-percentage=(\d+)$/.exec(flag) ?? [];
  return percentage === undefined
    ? flag
    : `--max-old-space-size=${Math.floor((memoryLimitMiB() * Number(percentage)) / 100)}`;
}

function memoryLimitMiB(): number {
  const { resources } = parse(read('charts/pam-operator/values.yaml')) as {
    readonly resources: { readonly limits: { readonly memory: string } };
  };
  const [, mebibytes] = /^(\d+)Mi$/.exec(resources.limits.memory) ?? [];
  return Number(mebibytes);
}
