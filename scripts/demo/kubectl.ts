import { type KubectlTarget, runKubectl } from '../../test/control-plane/kubectl.ts';

/**
 * Runs kubectl and gives what it prints. Values of Secrets go through `input`: arguments stand in process lists and
 * in error messages. Throws an Error of one sentence with kubectl's own last line.
 */
export async function kubectl(
  target: KubectlTarget,
  args: readonly string[],
  input?: string,
): Promise<string> {
  try {
    return await runKubectl(target, args, input);
  } catch (error) {
    const printed = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    const words = printed.trim().split('\n').at(-1);
    throw new Error(`kubectl ${args.slice(0, 2).join(' ')} failed: ${words || 'it printed nothing'}.`);
  }
}
