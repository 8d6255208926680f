import { REASONS, type Reason } from '../../src/api/reason.ts';
import { CATALOGUE } from '../../src/core/catalogue.ts';
import { numbersOf } from '../../src/core/classify.ts';
import { sentence } from '../../src/core/failure.ts';
import type { GeneratedFile } from './generated-file.ts';
import { RUNBOOK_STEPS } from './runbook-steps.ts';

/** A page for each reason, for the person on call: what it means from the catalogue, what to do by hand. */
export function runbooks(): GeneratedFile[] {
  return [overview(), ...REASONS.map(page)];
}

function overview(): GeneratedFile {
  const rows = REASONS.map((reason) => {
    const { retry, explanation } = CATALOGUE[reason];
    return `| [${reason}](${reason}.md) | \`${retry}\` | ${sentence(explanation)} |`;
  });
  const content = [
    '# Runbooks',
    '',
    'A resource that is not Ready says in its condition what is wrong and what comes next:',
    '',
    '```sh',
    'kubectl get pamcredentials,pamsshkeys,pamconnections -A -o wide',
    '```',
    '',
    'Alerts: [of the operator](operator.md), [of connections](connection.md). By reason:',
    '',
    '| Reason | Class | Meaning |',
    '|---|---|---|',
    ...rows,
    '',
    'The classes are explained in [conditions](../reference/conditions.md#classes).',
    '',
  ].join('\n');
  return { path: 'docs/runbooks/README.md', content };
}

function page(reason: Reason): GeneratedFile {
  const { retry, explanation } = CATALOGUE[reason];
  const numbers = numbersOf(reason);
  const content = [
    `# ${reason}`,
    '',
    sentence(explanation),
    '',
    `Class [\`${retry}\`](../reference/conditions.md#classes)${numbers.length === 0 ? '' : `, PAM Core's numbers ${numbers.join(', ')}`}.`,
    '',
    '## What to do',
    '',
    ...RUNBOOK_STEPS[reason].map((step, at) => `${at + 1}. ${step}`),
    '',
    '`N` and `NS` stand for name and namespace of the resource, `C` for its PamConnection. [All runbooks](README.md)',
    '',
  ].join('\n');
  return { path: `docs/runbooks/${reason}.md`, content };
}
