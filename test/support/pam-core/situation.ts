import type { Json, JsonObject } from './json-value.ts';
import { BearerClient, type RawAnswer } from './raw-client.ts';
import { type PamCore, type PamCoreOptions, startPamCore } from './start-pam-core.ts';

export const device = { hostname: 'w2016', ip: '10.66.33.15' };
export const otherDevice = { hostname: 'w2019', ip: '10.66.33.19' };

/** A simulator with two devices, a clock that stands still until it is set, and a client with a token. */
export class Situation {
  now = new Date('2026-02-03T13:14:15Z');
  #pam: PamCore | undefined;
  #client: BearerClient | undefined;

  /** The first record gets id 150. */
  static async start(options: PamCoreOptions = {}): Promise<Situation> {
    const situation = new Situation();
    await situation.restart(options);
    return situation;
  }

  get pam(): PamCore {
    if (this.#pam === undefined) throw new Error('not started');
    return this.#pam;
  }

  get client(): BearerClient {
    if (this.#client === undefined) throw new Error('not started');
    return this.#client;
  }

  /** Replaces the simulator by another one. */
  async restart(options: PamCoreOptions): Promise<void> {
    await this.#pam?.stop();
    // Tests move the clock by days, which no token should notice.
    const switches = { expiresInSeconds: 86_400 * 365, ...options.switches };
    const devices = [device, otherDevice];
    const clock = (): Date => this.now;
    this.#pam = await startPamCore({ clock, devices, firstId: 150, ...options, switches });
    this.#client = new BearerClient(this.#pam);
  }

  /** A client for a simulator with TLS. */
  trusting(ca: string): BearerClient {
    return new BearerClient(this.pam, this.pam.oauth2, ca);
  }

  /** POST credential. */
  post(body: JsonObject): Promise<RawAnswer> {
    return this.client.call('POST', `${this.pam.switches.prefixes[0]}/pam/credential`, body);
  }

  /** POST key. */
  postKey(body: JsonObject): Promise<RawAnswer> {
    return this.client.call('POST', `${this.pam.switches.prefixes[0]}/pam/key`, body);
  }
}

/** The number of a refused call; undefined for all others. */
export function codeOf(answer: RawAnswer): Json | undefined {
  return (answer.json.exception as JsonObject | undefined)?.code;
}

export function messageOf(answer: RawAnswer): Json | undefined {
  return (answer.json.response as JsonObject | undefined)?.message;
}

export function credentialOf(answer: RawAnswer): JsonObject {
  return answer.json.credential as JsonObject;
}

export function keyOf(answer: RawAnswer): JsonObject {
  return answer.json.key as JsonObject;
}
