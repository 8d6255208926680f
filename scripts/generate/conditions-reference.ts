import { REASONS, type Reason } from '../../src/api/reason.ts';
import { CATALOGUE, type RetryClass } from '../../src/core/catalogue.ts';
import { numbersOf } from '../../src/core/classify.ts';
import { sentence } from '../../src/core/failure.ts';
import type { GeneratedFile } from './generated-file.ts';

/** How a class tells itself, and when the operator tries again by itself. */
const CLASSES: Readonly<Record<RetryClass, { readonly meaning: string; readonly again: string }>> = {
  none: { meaning: 'Nothing is wrong.', again: 'not' },
  backoff: {
    meaning: 'A passing fault. `Reconciling` is true as long as it lasts.',
    again: 'after 1 s, 2 s, 4 s, … up to 5 min',
  },
  gate: {
    meaning: 'A fault of the whole connection. `Reconciling` is true as long as it lasts.',
    again: 'when a probe of the connection (every 5 min) gets through',
  },
  wait: {
    meaning:
      'Somebody else has to act first. `Reconciling` is true, after the progress deadline (10 min) `Stalled` instead.',
    again: 'after the time of the reason',
  },
  stalled: {
    meaning: 'Only a change of spec, Secret or configuration can help. `Stalled` is true at once.',
    again: 'every hour',
  },
  held: { meaning: 'Held on purpose until it is released.', again: 'when it is released' },
};

/** The reference page of conditions and their reasons, from the catalogue. */
export function conditionsReference(): GeneratedFile[] {
  const content = [
    '# Conditions',
    '',
    '`Ready` is always there. `Reconciling` (work goes on, or is tried again) and `Stalled` (only a change can help)',
    'are there only while they are true. All three carry one of the reasons below, and so do events, metrics and',
    '`status.lastError`.',
    '',
    '## Classes',
    '',
    'A change of the resource, its Secret or its connection is acted upon at once in every class. Times are settings.',
    '',
    '| Class | Meaning | Tried again by itself |',
    '|---|---|---|',
    ...Object.entries(CLASSES).map(([name, { meaning, again }]) => `| \`${name}\` | ${meaning} | ${again} |`),
    '',
    '## Reasons',
    '',
    ...REASONS.flatMap(section),
  ].join('\n');
  return [{ path: 'docs/reference/conditions.md', content }];
}

function section(reason: Reason): string[] {
  const { retry, waitSeconds, maySoonPass, explanation, remedy } = CATALOGUE[reason];
  const again =
    reason === 'CircuitOpen'
      ? 'when a probe of the connection gets through'
      : waitSeconds === undefined
        ? CLASSES[retry].again
        : maySoonPass === true
          ? 'soon, then less and less often (1 s × 2ⁿ up to 5 min)'
          : `after ${duration(waitSeconds)}`;
  const numbers = numbersOf(reason);
  const codes = numbers.length === 0 ? [] : [`- Numbers of PAM Core: ${numbers.join(', ')}`];
  return [
    `### ${reason}`,
    '',
    sentence(explanation),
    '',
    `- Next step: ${sentence(remedy)}`,
    `- Class: \`${retry}\`; tried again ${again}`,
    ...codes,
    '',
  ];
}

function duration(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds / 60} min`;
}
