import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeVersion } from '../e2e/other-version.ts';

/** A release of the future: its chart, and its program. */
export interface NewerRelease {
  readonly version: string;
  /** The folder with its chart, in place of `charts/`. */
  readonly charts: string;
  readonly main: string;
  remove(): void;
}

const STATUS_FIELD = 'recordedBy';
const SPEC_FIELD = 'note';

/** Notes one field more in the status, under the seal. */
const NEXT_CONTENT = `
  import { nextContent as ofNow } from './next-content-of-now.ts';
  export function nextContent(...args) {
    const content = ofNow(...args);
    return content && { ...content, ${STATUS_FIELD}: '0.2.0' };
  }`;

/** Its definition of PamCredential has one field more in `spec` (`note`) and in `status.content` (`recordedBy`). */
export function newerRelease(): NewerRelease {
  const version = '0.2.0';
  const charts = mkdtempSync(join(tmpdir(), 'pam-operator-newer-'));
  cpSync('charts', charts, { recursive: true });
  change(join(charts, 'pam-operator/Chart.yaml'), [
    [/^version: .*$/m, `version: ${version}`],
    [/^appVersion: .*$/m, `appVersion: ${version}`],
  ]);
  change(join(charts, 'pam-operator/templates/crds/pamcredentials.yaml'), [
    [/^( +)(username:\n)/m, `$1${SPEC_FIELD}: {type: string, maxLength: 64}\n$1$2`],
    [/^( +)(pushedTime:\n)/m, `$1${STATUS_FIELD}: {type: string, maxLength: 64}\n$1$2`],
  ]);
  const { main, remove } = makeVersion(version, { 'next-content': NEXT_CONTENT });
  return {
    version,
    charts,
    main,
    remove: () => {
      remove();
      rmSync(charts, { recursive: true, force: true });
    },
  };
}

function change(path: string, edits: readonly (readonly [RegExp, string])[]): void {
  let text = readFileSync(path, 'utf8');
  for (const [pattern, replacement] of edits) {
    if (!pattern.test(text)) throw new Error(`${path} has nothing like ${pattern}`);
    text = text.replace(pattern, replacement);
  }
  writeFileSync(path, text);
}
