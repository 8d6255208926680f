/** Waits until `check` holds; what it throws counts as "not yet". The limit is generous: it only ends broken tests. */
export async function eventually(
  check: () => unknown | Promise<unknown>,
  { timeoutMs = 30_000, everyMs = 20 } = {},
): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (let problem: unknown; ; ) {
    try {
      if (await check()) return;
      problem = new Error('the condition does not hold');
    } catch (error) {
      problem = error;
    }
    if (performance.now() > until) throw problem;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
