import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** One value of the chart, as values.yaml declares and explains it. */
export interface ChartValue {
  /** Path in dots, such as `image.tag`. */
  readonly path: string;
  /** The text behind `# --`. */
  readonly description: string;
  readonly byDefault: unknown;
}

const KEY = /^( *)([A-Za-z]+):/;
const COMMENT = /^ *# ?(.*)$/;

/**
 * Reads the chart's values with their explanations, line by line: a parser gives a comment that follows a list to the
 * list. A value is what has a comment that begins with `# --`; what lies below it belongs to it.
 *
 * @throws Error where a value has no explanation
 */
export function readChartValues(root: URL): ChartValue[] {
  const text = readFileSync(new URL('charts/pam-operator/values.yaml', root), 'utf8');
  const document = parseDocument(text);
  const values: ChartValue[] = [];
  const open: { indent: number; key: string; explained: boolean }[] = [];
  let comment: string[] = [];
  for (const line of text.split('\n')) {
    const remark = COMMENT.exec(line)?.[1];
    const [, spaces, key] = KEY.exec(line) ?? [];
    if (remark !== undefined) comment.push(remark.trim());
    if (spaces === undefined || key === undefined) {
      if (remark === undefined) comment = [];
      continue;
    }
    while ((open.at(-1)?.indent ?? -1) >= spaces.length) open.pop();
    const isPart = open.some(({ explained }) => explained);
    const description = isPart ? undefined : explanation(comment);
    comment = [];
    open.push({ indent: spaces.length, key, explained: isPart || description !== undefined });
    if (isPart) continue;
    const path = open.map((entry) => entry.key);
    const value = document.getIn(path, true) as { toJSON?: () => unknown } | undefined;
    const byDefault = value?.toJSON?.();
    if (description !== undefined) values.push({ path: path.join('.'), description, byDefault });
    else if (
      typeof byDefault !== 'object' ||
      Array.isArray(byDefault) ||
      Object.keys(byDefault ?? {}).length === 0
    )
      throw new Error(
        `values.yaml: ${path.join('.')} must be explained by a comment that begins with "# --"`,
      );
  }
  return values;
}

function explanation(comment: readonly string[]): string | undefined {
  const start = comment.findLastIndex((line) => line.startsWith('-- '));
  return start < 0 ? undefined : comment.slice(start).join(' ').slice(3);
}
