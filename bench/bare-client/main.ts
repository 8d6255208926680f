import { randomBytes } from 'node:crypto';
import { RESOURCE_API } from '../../src/kube/resource-path.ts';
import { BareHttp } from '../bare-http.ts';
import { connectionOf } from '../kubeconfig.ts';
import { credentialPath, DEVICE, identifierOf, secretPath } from '../objects.ts';
import type { BareMessage, BarePlan } from './plan.ts';

/**
 * The calls of a new resource and nothing else, in a process of its own: read the Secret, write the intent, POST to PAM
 * Core, write the result; and the Event, in a lane of its own as in the operator. No cache, no queue, no decision.
 */
const plan = JSON.parse(process.argv[2] ?? '') as BarePlan;
const api = new BareHttp(plan.server, plan.workers + 1, await connectionOf(plan.kubeconfigPath).access());
const pam = new BareHttp(plan.pamUrl, plan.workers);
const authorization = await token();
const names: string[] = [];
const events: string[] = [];
let running = 0;
let sendsEvents = false;

process.on('message', ({ name }: BareMessage) => {
  names.push(name);
  if (running < plan.workers) void work();
});
process.send?.('ready');

async function work(): Promise<void> {
  running += 1;
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    await visit(name);
    process.send?.({ name });
    events.push(name);
    if (!sendsEvents) void sendEvents();
  }
  running -= 1;
}

async function visit(name: string): Promise<void> {
  const { text } = await api.call('GET', secretPath(plan.namespace, name));
  const { data } = JSON.parse(text) as { data: { password: string } };
  const [intent, applied] = [digest(), digest()];
  await patchStatus(name, { pending: { startedTime: now(), digest: intent }, conditions: conditions(false) });
  const answer = await pam.call('POST', '/api/pam/credential', body(name, data.password), { authorization });
  const { credential } = JSON.parse(answer.text) as { credential: { id: string } };
  await patchStatus(name, {
    pending: null,
    id: credential.id,
    identifier: identifierOf(plan.namespace, name),
    connectionFingerprint: digest().slice(0, 16),
    enabled: true,
    applied,
    seal: digest(),
    content: {
      state: 'Pushed',
      digest: intent,
      secretUid: digest().slice(0, 36),
      secretResourceVersion: '1',
      pushedTime: now(),
    },
    lastSyncTime: now(),
    conditions: conditions(true),
  });
}

function patchStatus(name: string, status: object) {
  const path = `${credentialPath(plan.namespace, name)}/status?fieldManager=bare`;
  return api.call('PATCH', path, { status });
}

/** One after the other, and none is waited for, as in the operator. */
async function sendEvents(): Promise<void> {
  sendsEvents = true;
  for (let name = events.shift(); name !== undefined; name = events.shift()) {
    await api.call('POST', `/apis/events.k8s.io/v1/namespaces/${plan.namespace}/events`, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${name}.${digest().slice(0, 16)}` },
      eventTime: new Date().toISOString().replace('Z', '000Z'),
      reportingController: 'bare',
      reportingInstance: 'bare',
      action: 'Reconcile',
      reason: 'Synced',
      type: 'Normal',
      note: 'PAM Core holds what the resource declares.',
      regarding: { apiVersion: RESOURCE_API, kind: 'PamCredential', namespace: plan.namespace, name },
    });
  }
  sendsEvents = false;
}

function body(name: string, password: string): object {
  return {
    identifier: identifierOf(plan.namespace, name),
    username: `svc-${plan.namespace}-${name}`,
    ...DEVICE,
    content: Buffer.from(password, 'base64').toString(),
    additional: `Password of ${name}, which belongs to the service of the same name`,
    tags: `bench,${plan.namespace}`,
  };
}

function conditions(ready: boolean): object[] {
  const common = { observedGeneration: 1, lastTransitionTime: now() };
  const state = ready
    ? { status: 'True', reason: 'Synced', message: 'PAM Core holds what the resource declares.' }
    : { status: 'False', reason: 'Progressing', message: 'The resource is being worked on.' };
  return [{ type: 'Ready', ...state, ...common }];
}

/** Fresh each time: an equal status would be no write. */
function digest(): string {
  return randomBytes(32).toString('hex');
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

async function token(): Promise<string> {
  const { text } = await pam.call('POST', '/api/oauth2/token', {
    grant_type: 'client_credentials',
    client_id: plan.oauth2.clientId,
    client_secret: plan.oauth2.clientSecret,
  });
  return `Bearer ${(JSON.parse(text) as { access_token: string }).access_token}`;
}
