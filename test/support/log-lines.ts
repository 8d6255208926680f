/** One line of the operator's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** The lines of an output that are JSON; the last one may still be on its way. */
export function logLines(output: string): readonly LogLine[] {
  return output.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as LogLine] : [];
    } catch {
      return [];
    }
  });
}
