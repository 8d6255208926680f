import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import type { Schema } from '../../scripts/generate/schema.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { installCrdsOn, mustRunKubectl, runKubectl } from './kubectl.ts';

const root = new URL('../../', import.meta.url);
const files = readdirSync(new URL('examples/', root)).sort();
const objects = files.flatMap((file) => {
  const source = readFileSync(new URL(`examples/${file}`, root), 'utf8');
  return parseAllDocuments(source).map((document) => document.toJS() as { kind: string; spec?: unknown });
});

/** A control plane of its own: the examples hold a connection named `default`. */
let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
  await installCrdsOn(plane);
  // The operator's namespace: an installation makes it before anybody writes a connection.
  await mustRunKubectl(plane, 'create', 'namespace', 'pam-operator');
});
afterAll(() => plane.stop());

it('kubectl apply -f examples/ works in one go', async () => {
  const { code, stderr } = await runKubectl(plane, 'apply', '--validate=strict', '-f', 'examples/');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('applying them again changes no resource of ours', async () => {
  await mustRunKubectl(plane, 'apply', '-f', 'examples/');
  const again = await mustRunKubectl(plane, 'apply', '-f', 'examples/');
  // Of Secrets kubectl says "configured" whenever they are written with stringData.
  const ours = again.split('\n').filter((line) => line.includes('.pam-operator.io/'));
  const changed = ours.filter((line) => !line.endsWith(' unchanged'));
  expect({ count: ours.length, changed }).toEqual({ count: 8, changed: [] });
});

describe.each(readCustomKinds(root))('$kind', ({ kind, spec }) => {
  /** Fields whose counterpart stands in the examples, commented where both cannot. */
  const LEFT_OUT: Readonly<Record<string, string[]>> = {
    PamConnection: ['auth.oauth1', 'caBundle'],
    PamCredential: [
      'parentId',
      'executionSettings.parent',
      'jitSettings.enableAndDisable',
      'sessionSettings.authentication',
    ],
    PamSshKey: ['id', 'publicKey.value'],
  };

  it('stands in the examples with every field', () => {
    const used = new Set(
      objects.filter((object) => object.kind === kind).flatMap(({ spec }) => paths(spec, '')),
    );
    const missing = fields(spec, '').filter((path) => {
      const left = LEFT_OUT[kind]?.some((out) => path === out || path.startsWith(`${out}.`));
      return !used.has(path) && left !== true;
    });
    expect(missing).toEqual([]);
  });
});

function fields(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [path, ...fields(field.items ?? field, path)];
  });
}

function paths(value: unknown, prefix: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => paths(item, prefix));
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([name, below]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [path, ...paths(below, path)];
  });
}
