import { globSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readCustomKinds } from '../../scripts/generate/custom-kind.ts';
import { jsonSchemas } from '../../scripts/generate/json-schemas.ts';
import { blocks } from '../support/markdown.ts';

/** The schemas as an editor reads them: `all.json`, which refers to the others. */
const root = new URL('../../', import.meta.url);
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { int32: true, int64: true, 'date-time': true },
});
for (const { path, content } of jsonSchemas(readCustomKinds(root)))
  ajv.addSchema(JSON.parse(content), path.split('/').at(-1));
const check = ajv.getSchema('all.json');
if (check === undefined) throw new Error('there is no all.json');

const problems = (object: unknown) => {
  check(object);
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ');
};

const files = readdirSync(new URL('examples/', root));

it.each(files)('examples/%s is right, and tells an editor where the schema is', (file) => {
  const text = readFileSync(new URL(`examples/${file}`, root), 'utf8');
  expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../schemas/pam-operator.io/all.json');
  for (const document of parseAllDocuments(text)) expect(problems(document.toJS())).toBe('');
});

describe('what people are told to apply is right', () => {
  const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: root });
  it.each(pages)('in %s', (page) => {
    const text = readFileSync(new URL(page, root), 'utf8');
    const documents = blocks(text, 'yaml').flatMap((block) => parseAllDocuments(block));
    for (const document of documents) expect(problems(document.toJS())).toBe('');
  });

  it('in the notes that Helm prints', () => {
    const text = readFileSync(new URL('charts/pam-operator/templates/NOTES.txt', root), 'utf8');
    const [, manifest = ''] = /<<YAML\n([\s\S]*?)\n +YAML\n/.exec(text) ?? [];
    const connection = parse(manifest);
    expect(connection.kind).toBe('PamConnection');
    expect(problems(connection)).toBe('');
  });
});

const CREDENTIAL = `
apiVersion: pam-operator.io/v1alpha1
kind: PamCredential
metadata: {name: db}
spec:
  username: svc-db
  device: {hostname: w2016, ip: 10.66.33.15}
`;

describe('an editor marks', () => {
  const rows: { because: string; find: string; replace: string; says: RegExp }[] = [
    { because: 'a misspelled field', find: 'username', replace: 'userName', says: /additional properties/ },
    { because: 'a field of a field', find: 'hostname', replace: 'host', says: /device.*additional/ },
    { because: 'a number for a text', find: 'svc-db', replace: '7', says: /username must be string/ },
    { because: 'another version', find: 'v1alpha1', replace: 'v1', says: /apiVersion must be equal/ },
    { because: 'no spec', find: 'spec:', replace: 'status:', says: /must have required property 'spec'/ },
    {
      because: 'a word that is none of the allowed ones',
      find: 'username: svc-db',
      replace: 'username: svc-db\n  deletionPolicy: Delete',
      says: /deletionPolicy must be equal to one of/,
    },
  ];
  it.each(rows)('$because', ({ find, replace, says }) => {
    expect(problems(parse(CREDENTIAL))).toBe('');
    expect(problems(parse(CREDENTIAL.replace(find, replace)))).toMatch(says);
  });

  it('nothing in resources of other kinds', () => {
    expect(problems({ apiVersion: 'v1', kind: 'Secret', stringData: { userName: 'x' } })).toBe('');
  });
});
