import { AUDIT_FIELDS, LOG_FIELDS } from '../../src/observability/log-fields.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The reference page of log lines and audit records, from the lists of allowed fields. */
export function logReference(): GeneratedFile[] {
  const content = [
    '# Logs and audit records',
    '',
    'One JSON object per line on stdout: `ts` (ISO 8601, UTC), `level` (`debug`, `info`, `warn`, `error`), `msg`',
    'and any of the fields below. Fields that are not listed here are not printed, values are at most 256',
    'characters long. `SIGUSR2` switches to debug and back.',
    '',
    '## Fields of log lines',
    '',
    ...table(LOG_FIELDS),
    '## Audit records',
    '',
    'One line with `"audit": true` for each write to PAM Core, whatever the log level. They hold no secret.',
    '',
    ...table(AUDIT_FIELDS),
  ].join('\n');
  return [{ path: 'docs/reference/logs.md', content }];
}

function table(fields: Readonly<Record<string, string>>): string[] {
  const rows = Object.entries(fields).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  return ['| Field | Meaning |', '|---|---|', ...rows, ''];
}
