import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { KubeConnection } from '../src/kube/kube-config.ts';

/** An API server without a core to run on sheds load now and then, or is too late. */
const BUSY: ReadonlySet<number> = new Set([429, 503, 504]);
const RETRY_MS = 100;

export interface BareAnswer {
  readonly status: number;
  readonly text: string;
}

/** Keep-alive connections to one server and nothing else: what the calls cost without an operator around them. */
export class BareHttp {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    origin: string,
    connections: number,
    { headers = {}, tls = {} }: Partial<Awaited<ReturnType<KubeConnection['access']>>> = {},
  ) {
    this.#pool = new Pool(origin, { connections, connect: tls });
    this.#headers = headers;
  }

  /** Repeats what a busy server did not do. @throws Error for any other answer that is no success */
  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<BareAnswer> {
    const merge = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    for (let isSecond = false; ; isSecond = true) {
      const answer = await this.#pool.request({
        method,
        path,
        headers: { ...this.#headers, ...(body !== undefined && { 'content-type': merge }), ...headers },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      const { statusCode: status } = answer;
      if (status >= 200 && status < 300) return { status, text };
      // It was done at the first try, whose answer came too late.
      if (isSecond && method === 'POST' && status === 409) return { status, text };
      if (!BUSY.has(status))
        throw new Error(`${method} ${path} was answered with ${status}: ${text.slice(0, 200)}`);
      await sleep(RETRY_MS);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
