import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { faultInputOf } from './fault-input.ts';
import type { FaultHandle, Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import { isJsonObject, type JsonObject, textOf } from './json-value.ts';
import type { RecordView, Store } from './store.ts';
import type { Switches } from './switches.ts';

export interface Controlled {
  readonly journal: Journal;
  readonly store: Store;
  readonly faults: Faults;
  readonly switches: Switches;
}

type Action = (controlled: Controlled, body: JsonObject, id: string) => unknown;

/** What another process may do. Values of secrets never leave: `contentVersion` says how often one was set. */
const actions: Readonly<Record<string, Action>> = {
  'GET journal': ({ journal }) => ({ calls: journal.entries }),
  'GET counts': ({ journal }) => journal.counts(),
  'DELETE journal': ({ journal }) => journal.clear(),
  'GET records': ({ store }) => ({ records: store.records().map(withoutSecrets), custody: store.custody() }),
  'GET devices': ({ store }) => ({ devices: store.devices() }),
  'POST devices': ({ store }, body) => store.addDevice({ ...body, ...placeOf(body) }),
  'POST credentials': ({ store }, body) =>
    withoutSecrets(store.seedCredential({ ...body, ...placeOf(body) })),
  'GET faults': ({ faults }) => ({ faults: faults.list().map(shownFault) }),
  'POST faults': ({ faults }, body) => shownFault(faults.add(faultInputOf(body))),
  'DELETE faults': ({ faults }, _body, id) => (id === '' ? faults.clear() : faults.remove(Number(id))),
  'POST rotate': ({ store }, _body, id) => void store.rotate(id),
  'POST disable': ({ store }, _body, id) => store.administratorDisables(id),
  'POST enable': ({ store }, _body, id) => store.administratorEnables(id),
  'GET switches': ({ switches }) => switches,
  'PATCH switches': ({ switches }, body) => setSwitches(switches, body),
};

/** Serves `/__sim/<what>[/<id>]`: 200 with JSON, 204 without a result, 400 with `{"error"}`, 404. */
export function controlListener(controlled: Controlled): RequestListener {
  return (request, response) => {
    void answer(controlled, request, response);
  };
}

async function answer(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const [, root, what = '', id = ''] = path.split('/');
  const name = `${request.method} ${what}`;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (root !== '__sim' || action === undefined) {
    send(response, 404, { error: `no such call; there are: ${Object.keys(actions).join(', ')}` });
    return;
  }
  try {
    const result = action(controlled, await bodyOf(request), id);
    send(response, result === undefined ? 204 : 200, result);
  } catch (error) {
    send(response, 400, { error: error instanceof Error ? error.message : 'failed' });
  }
}

function send(response: ServerResponse, status: number, result: unknown): void {
  if (result === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(result)}\n`);
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  if (pieces.length === 0) return {};
  const body: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  if (!isJsonObject(body)) throw new Error('the body must be a JSON object');
  return body;
}

function placeOf(body: JsonObject): { hostname: string; ip: string } {
  const [hostname, ip] = [textOf(body, 'hostname'), textOf(body, 'ip')];
  if (hostname === undefined || ip === undefined) throw new Error('hostname and ip are required');
  return { hostname, ip };
}

function setSwitches(switches: Switches, body: JsonObject): Switches {
  const unknown = Object.keys(body).find((name) => !Object.hasOwn(switches, name));
  if (unknown !== undefined) throw new Error(`no switch is called ${unknown}`);
  return Object.assign(switches, body);
}

function withoutSecrets(record: RecordView): unknown {
  const grantedTo = record.grantedTo === 'everyone' ? 'everyone' : [...record.grantedTo];
  if (record.kind === 'key')
    return { ...record, grantedTo, privateKey: '***', passphrase: masked(record.passphrase) };
  const { settings, ...rest } = record;
  return { ...rest, grantedTo, content: masked(record.content), settings: Object.keys(settings) };
}

function masked(secret: string | null): string | null {
  return secret === null ? null : '***';
}

function shownFault({ id, fault, match, fired }: FaultHandle): unknown {
  const path = match.path instanceof RegExp ? match.path.source : match.path;
  return { id, ...fault, match: { ...match, path }, fired: fired() };
}
