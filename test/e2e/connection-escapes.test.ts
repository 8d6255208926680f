import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { releaseRights } from '../../scripts/generate/release-rights.ts';
import type { PamConnection } from '../../src/api/pam-connection.gen.ts';
import { EVIL_TEXTS, type Path, specSchema, textFields, withText } from './evil-texts.ts';
import { type RightsStage, type Run, startRightsStage } from './rights-stage.ts';
import { OPERATOR_NAMESPACE } from './stage.ts';

/**
 * A PamConnection is written by the platform team, but its texts too are only texts: each takes every evil one, and the
 * operator, with the rights that the chart gives it, goes nowhere but where the rest of the connection says.
 */
let stage: RightsStage;
let run: Run;
/** Nobody may even connect to it. */
let trap: Server;
let trapped = 0;

beforeAll(async () => {
  trap = createServer((socket) => {
    trapped += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  stage = await startRightsStage();
  run = await stage.run(releaseRights('all namespaces'), []);
});
afterAll(async () => {
  await run?.end();
  await stage?.stop();
  trap?.close();
});

/** Every field, at this PAM Core, so that the one that is replaced is all that can be refused. */
function full(): Record<string, unknown> {
  const text = readFileSync(new URL('../../examples/connection-full.yaml', import.meta.url), 'utf8');
  const [, connection] = parseAllDocuments(text).map((document) => document.toJS() as PamConnection);
  const {
    proxyUrl: _,
    tokenUrl: __,
    caBundleConfigMap: ___,
    ...spec
  } = connection?.spec ?? ({} as PamConnection['spec']);
  return {
    ...spec,
    url: run.pam.url,
    auth: { oauth2: { secretName: 'pam-core' } },
    caBundleConfigMap: { name: 'pam-core', key: 'ca.crt' },
  };
}

/** Fields that exclude the one of the path. */
function beside(spec: Record<string, unknown>, [field, method]: Path): Record<string, unknown> {
  const { caBundleConfigMap, auth, ...rest } = spec;
  if (field === 'caBundle') return { ...rest, auth };
  if (method === 'oauth1')
    return { ...rest, caBundleConfigMap, auth: { oauth1: { secretName: 'pam-core' } } };
  return spec;
}

it('every field with every evil text: no other Secret, no other namespace, no other address', async () => {
  const host = `127.0.0.1:${(trap.address() as AddressInfo).port}`;
  const addresses = [
    `http://${host}`,
    `https://${host}/api/oauth2/token`,
    `https://pam.example.com@${host}/x`,
  ];
  const texts = [...EVIL_TEXTS, ...addresses, ''];
  const fields = textFields(specSchema('pamconnections'));
  // Where the connection leads is the platform team's to say.
  const leads = ([field]: Path) => field === 'url' || field === 'proxyUrl';
  expect(fields.length).toBeGreaterThan(20);
  const connections = fields.flatMap((path, at) =>
    texts
      .filter((text) => !(leads(path) && text.includes('127.0.0.1')))
      .map((text, which) => ({
        apiVersion: 'pam-operator.io/v1alpha1',
        kind: 'PamConnection',
        metadata: { name: `evil-${at}-${which}` },
        spec: withText(beside(full(), path), path, text) as PamConnection['spec'],
      })),
  );
  const refused: string[] = [];
  for (const connection of connections) {
    await stage.apply([connection]).catch((error: Error) => refused.push(error.message));
  }
  expect(refused.length).toBeGreaterThan(connections.length / 3);
  for (const message of refused) expect(message).toMatch(/is invalid|unknown field|invalid|spec\./);
  const unsettled = async () =>
    (await stage.connections()).filter(({ status }) => status?.conditions === undefined);
  await stage.eventually(async () => (await unsettled()).length === 0, 'a decision about each');

  const items = await stage.connections();
  expect(items.length, 'accepted').toBeGreaterThan(20);
  const declared = items.flatMap(
    ({ spec }) => spec.auth.oauth2?.secretName ?? spec.auth.oauth1?.secretName ?? [],
  );
  const bundles = items.flatMap(({ spec }) => spec.caBundleConfigMap?.name ?? []);
  const requests = stage.audit.requests();
  const of = (right: string) => requests.filter((request) => request.right.startsWith(`${right} `));
  const places = [...of('secrets get'), ...of('configmaps get')].map(({ namespace }) => namespace);
  // The resources of this stage have Secrets of their own.
  const connectionsOnly = of('secrets get').filter(({ namespace }) => namespace === OPERATOR_NAMESPACE);
  const known = new Set([...declared, 'pam-operator-install-key']);
  expect(connectionsOnly.filter(({ name }) => name === undefined || !known.has(name))).toEqual([]);
  expect(of('configmaps get').filter(({ name }) => name === undefined || !bundles.includes(name))).toEqual(
    [],
  );
  expect([...new Set(places)].sort()).toEqual([OPERATOR_NAMESPACE, 'team-a', 'team-b'].sort());
  expect(requests.filter(({ status }) => status === 403)).toEqual([]);
  expect(trapped).toBe(0);
  const templates = run.pam.journal
    .calls()
    .map(({ method, path }) => `${method} ${path.replace(/\d{1,18}$/, '{id}')}`);
  const allowed =
    /^(GET|POST) \/(api|iso)\/pam\/(credential|key)$|^(PUT|DELETE) \/api\/pam\/(credential|key)\/\{id\}$|^POST \/(api|iso)\/oauth2\/token$/;
  expect([...new Set(templates)].filter((template) => !allowed.test(template))).toEqual([]);
  expect(run.operator.stderr()).toBe('');
}, 300_000);
