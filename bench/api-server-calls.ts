import type { BareHttp } from './bare-http.ts';

/** How often the API server was asked, by `<verb> <resource>[/<subresource>]`, whoever asked and whatever it answered. */
export type ApiServerCalls = ReadonlyMap<string, number>;

const SERIES = /^apiserver_request_total\{([^}]*)\} (\S+)$/gm;

/** Read from the API server's own metrics, so that no count of the operator is believed. */
export async function apiServerCalls(api: BareHttp): Promise<ApiServerCalls> {
  const { text } = await api.call('GET', '/metrics');
  const calls = new Map<string, number>();
  for (const [, labels = '', count = ''] of text.matchAll(SERIES)) {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const subresource = label('subresource');
    const call = `${label('verb')} ${label('resource')}${subresource === '' ? '' : `/${subresource}`}`;
    calls.set(call, (calls.get(call) ?? 0) + Number(count));
  }
  return calls;
}

/** Of one call, or of all that a pattern fits, between two readings. */
export function callsBetween(before: ApiServerCalls, after: ApiServerCalls, call: string | RegExp): number {
  let sum = 0;
  for (const [name, count] of after) {
    const fits = typeof call === 'string' ? name === call : call.test(name);
    if (fits) sum += count - (before.get(name) ?? 0);
  }
  return sum;
}
