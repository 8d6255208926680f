import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import packageJson from '../package.json' with { type: 'json' };
import { readChartValues } from '../scripts/generate/chart-values.ts';
import { readCustomKinds } from '../scripts/generate/custom-kind.ts';
import { REASONS } from '../src/api/reason.ts';
import { OPTIONS } from '../src/config/options.ts';
import { ALL_METRICS } from '../src/observability/metrics-reference.ts';
import { blocks, headingAnchors, links, withoutBlocks } from './support/markdown.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = globSync('**/*.md', { cwd: root, exclude: ['**/node_modules/**', '.*/**'] })
  .sort()
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const written = pages.filter(({ path }) => !path.startsWith('docs/reference/'));
const kinds = readCustomKinds(new URL('../', import.meta.url));
const VALUES = readChartValues(new URL('../', import.meta.url)).map(({ path }) => path);
const ALERTS = (
  parse(readFileSync(join(root, 'deploy/monitoring/alerts.yaml'), 'utf8')) as {
    groups: { rules: { alert: string }[] }[];
  }
).groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

it('the pages that this test reads are there', () => {
  const paths = pages.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/limits.md']),
  );
});

it.each([
  { because: 'the demo is one line to copy', command: 'npm ci && npm run demo' },
  { because: 'the tests are one line to copy', command: 'npm ci && npm test' },
])('README has a command of its own: $because', ({ command }) => {
  const readme = pages.find(({ path }) => path === 'README.md');
  const commands = blocks(readme?.text ?? '', 'sh').flatMap((block) => block.split('\n'));
  expect(commands).toContain(command);
});

describe.each(pages)('$path', ({ path, text }) => {
  it('has relative links that lead to a file of the repository, and to a heading there', () => {
    const broken = links(text).filter((link) => !/^[a-z]+:/.test(link) && !resolves(path, link));
    expect(broken).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const named = [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map(([, script]) => script);
    const short = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, script]) => script);
    expect([...named, ...short].filter((script) => !(`${script}` in packageJson.scripts))).toEqual([]);
  });

  it('shows YAML that can be read, and resources whose kind and version the CRDs have', () => {
    const documents = blocks(text, 'yaml').flatMap((block) => parseAllDocuments(block));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const shown = documents
      .map((document) => `${document.get('apiVersion')} ${document.get('kind')}`)
      .filter((name) => name.startsWith('pam-operator.io'));
    const known = kinds.map(({ kind }) => `pam-operator.io/v1alpha1 ${kind}`);
    expect(shown.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe.each(written)('what $path names exists:', ({ path, text }) => {
  const codes = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => `${code}`);

  it('files', () => {
    const folder = dirname(path);
    const named = codes.filter((code) =>
      /^(src|test|scripts|docs|examples|crds|deploy)\/[\w./-]*$/.test(code),
    );
    expect(named.filter((file) => !exists(file) && !exists(join(folder, file)))).toEqual([]);
  });

  it('flags of the operator', () => {
    const flags = codes.flatMap((code) =>
      [...code.matchAll(/^--([a-z][a-z-]+)/g)].map(([, flag]) => `${flag}`),
    );
    const known: readonly string[] = Object.values(OPTIONS).map(({ flag }) => flag);
    // Of the simulator, whose page is among these, and of Helm.
    const others = ['control', 'set', 'wait'];
    expect(flags.filter((flag) => !known.includes(flag) && !others.includes(flag))).toEqual([]);
  });

  it('values of the chart', () => {
    const set = [...text.matchAll(/--set ([\w.]+)=/g)].map(([, value]) => `${value}`);
    const dotted = codes
      .filter((code) => /^[a-z]\w*(\.\w+)+$/.test(code))
      .filter((code) => VALUES.some((value) => value.split('.')[0] === code.split('.')[0]));
    const known = (name: string) =>
      VALUES.some(
        (value) => value === name || value.startsWith(`${name}.`) || (value === 'config' && isSetting(name)),
      );
    expect([...set, ...dotted].filter((name) => !known(name))).toEqual([]);
  });

  it('metrics', () => {
    const metrics = codes.filter((code) => /^pam_operator_\w*[a-z]$/.test(code));
    expect(metrics.filter((metric) => !(metric in ALL_METRICS))).toEqual([]);
  });

  it('reasons', () => {
    const shaped = codes.filter((code) =>
      /^(Pam|Secret|Record|Device|Deletion|Key|Not|Install)[A-Z]\w+$/.test(code),
    );
    const kindNames = kinds.map(({ kind }) => kind as string);
    const otherNames = ['PamError', 'SecretText', ...kindNames, ...ALERTS];
    const reasons: readonly string[] = REASONS;
    expect(shaped.filter((name) => !reasons.includes(name) && !otherNames.includes(name))).toEqual([]);
  });
});

function resolves(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? page : join(dirname(page), file);
  if (path.startsWith('..') || !exists(path)) return false;
  if (anchor === undefined) return true;
  return headingAnchors(readFileSync(join(root, path), 'utf8')).includes(anchor);
}

/** `config.log.level`: a key of the configuration file. */
const isSetting = (name: string) =>
  Object.values(OPTIONS).some(({ key }: { readonly key: string }) => `config.${key}` === name);

function exists(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;
}
