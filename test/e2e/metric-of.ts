import type { OperatorProcess } from '../support/operator-process.ts';

/** The sum of a metric's series that carry these labels; 0 where there is none. */
export async function metricOf(operator: OperatorProcess, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${operator.metricsUrl}/metrics`)).text();
  let sum = 0;
  for (const line of text.split('\n')) {
    const isOfName = line.startsWith(`${name}{`) || line.startsWith(`${name} `);
    if (isOfName && line.includes(labels)) sum += Number(line.split(' ').at(-1));
  }
  return sum;
}
