import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { authenticate, type Guards, type Identity } from './authenticate.ts';
import { type Authorization, type AuthorizationInput, authorizationOf } from './authorizations.ts';
import { deliver } from './deliver.ts';
import { dispatch, isServed } from './dispatch.ts';
import type { Fault } from './fault.ts';
import { type Delivery, type Plan, planOf } from './fault-plan.ts';
import { Faults } from './faults.ts';
import { noRoute } from './gateway.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { textOf } from './json-value.ts';
import { unknownParameters } from './known-parameters.ts';
import { maskedBody } from './masked-body.ts';
import { formParameters } from './oauth1-signature.ts';
import { OAuth1Verifier } from './oauth1-verifier.ts';
import { OAuth2Tokens } from './oauth2-tokens.ts';
import { type PamCall, pamCallOf } from './pam-call.ts';
import type { Switches } from './switches.ts';
import { Vault } from './vault.ts';

/** A request body beyond this is dropped with its connection; PAM Core's own limit is not known. */
const bodyLimit = 16 * 1024 * 1024;

const anonymous: Identity = { authorization: undefined, oauthVersion: undefined, refusal: undefined };

/** PAM Core without its sockets: answers requests of a node:http server. */
export class PamCoreService {
  readonly vault: Vault;
  readonly journal = new Journal();
  readonly faults = new Faults();
  readonly tokens = new OAuth2Tokens();
  readonly authorizations: Authorization[] = [];
  readonly #guards: Guards;
  readonly #stopping = new AbortController();
  #inFlight = 0;

  constructor(switches: Switches, clock: () => Date, firstId: number, scheme: 'http' | 'https') {
    this.vault = new Vault(switches, clock, firstId);
    const { tokens, authorizations } = this;
    this.#guards = { tokens, authorizations, verifier: new OAuth1Verifier(), scheme };
  }

  addAuthorization(input: AuthorizationInput): Authorization {
    const authorization = authorizationOf(input);
    this.authorizations.push(authorization);
    return authorization;
  }

  /** Ends everything that waits; the sockets are the caller's. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Handles one request until its exchange is over. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inFlight += 1;
    response.once('close', () => {
      this.#inFlight -= 1;
    });
    const inFlight = this.#inFlight;
    // The Date header goes by the simulator's clock too, so that clients can meet a PAM Core whose clock is off.
    response.setHeader('date', this.vault.now().toUTCString());
    const rawBody = await bodyOf(request);
    if (rawBody === undefined) {
      request.socket.destroy();
      return;
    }
    const { method = '', url = '' } = request;
    const call = pamCallOf(method, url, request.headers, rawBody);
    const identity = this.#identify(call);
    const { faults, entry } = this.#open(call, identity, inFlight);
    entry.status = await this.#exchange(call, identity, faults, entry, response);
    entry.done = true;
    entry.endedAtMs = performance.now();
  }

  async #exchange(
    call: PamCall,
    identity: Identity,
    faults: readonly Fault[],
    entry: JournalEntry,
    response: ServerResponse,
  ): Promise<number | 'none'> {
    const { signal } = this.#stopping;
    const delays = faults.filter((fault) => fault.kind === 'delay');
    const pause = async (where: 'before-commit' | 'after-commit'): Promise<void> => {
      for (const delay of delays) {
        if ((delay.where ?? 'before-commit') === where) await wait(delay.ms, signal);
      }
    };
    const fault = faults.find((candidate) => candidate.kind !== 'delay');
    const plan: Plan =
      fault === undefined ? { commits: true, deliver: asItIs } : planOf(fault, call, this.vault.switches);

    await pause('before-commit');
    if (signal.aborted) return 'none';
    let delivery: Delivery;
    if (plan.commits) {
      const own = this.#commit(call, identity, entry);
      delivery = plan.deliver(own);
    } else {
      delivery = plan.delivery;
      if (plan.lateMs !== undefined) void this.#commitLate(call, identity, entry, plan.lateMs);
    }
    await pause('after-commit');
    if ('answer' in delivery) entry.code = delivery.answer.code;
    return await deliver(delivery, response, signal);
  }

  #identify(call: PamCall): Identity {
    const { vault } = this;
    if (!isServed(call, vault) || call.template === 'TOKEN') return anonymous;
    return authenticate(call, this.#guards, vault.switches, vault.now());
  }

  /** Applies the call and notes whether it changed anything. */
  #commit(call: PamCall, identity: Identity, entry: JournalEntry): Answer {
    const answer = this.#answer(call, identity);
    entry.applied = answer.applied;
    return answer;
  }

  #answer(call: PamCall, identity: Identity): Answer {
    const { vault } = this;
    if (call.template !== 'TOKEN') return dispatch(call, identity, vault);
    if (!isServed(call, vault)) return noRoute();
    return this.tokens.issue(call.body, this.authorizations, vault.switches, vault.now());
  }

  async #commitLate(call: PamCall, identity: Identity, entry: JournalEntry, ms: number): Promise<void> {
    await wait(ms, this.#stopping.signal);
    if (!this.#stopping.signal.aborted) this.#commit(call, identity, entry);
  }

  #open(call: PamCall, identity: Identity, inFlight: number): { faults: Fault[]; entry: JournalEntry } {
    const { vault } = this;
    const { method, template, path, prefix, headers, body } = call;
    const client = textOf(body, 'client_id');
    const authorization =
      template === 'TOKEN'
        ? this.authorizations.find(({ oauth2 }) => oauth2 !== undefined && oauth2.clientId === client)
        : identity.authorization;
    const id = call.parameter !== undefined && /^\d+$/.test(call.parameter) ? call.parameter : undefined;
    const isDevice = template.startsWith('D');
    const identifier =
      textOf(body, 'identifier') ?? (id && !isDevice ? vault.record(id)?.identifier : undefined) ?? undefined;
    const label = authorization?.label;
    const subject = { method, template, path, identifier, authorization: label };
    const faults = this.faults.take(subject);
    const requestId = headers['x-request-id'];
    const entry = this.journal.add({
      time: vault.now().toISOString(),
      ...subject,
      queryNames: formParameters(call.target.slice(path.length + 1)).map(([name]) => name),
      prefix,
      oauthVersion: identity.oauthVersion,
      refusal: identity.refusal,
      requestId: Array.isArray(requestId) ? requestId.join() : requestId,
      userAgent: headers['user-agent'],
      contentType: headers['content-type'],
      id,
      body: maskedBody(body),
      unknownParameters: unknownParameters(template, body),
      arrivedAtMs: performance.now(),
      endedAtMs: undefined,
      inFlight,
      faults: faults.map((fault) => fault.kind),
      status: 'none',
      code: undefined,
      applied: false,
      done: false,
    });
    return { faults, entry };
  }
}

function asItIs(answer: Answer): Delivery {
  return { by: 'answer', answer };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > bodyLimit) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces).toString('utf8');
}
