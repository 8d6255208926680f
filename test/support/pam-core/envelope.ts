import { type Answer, jsonAnswer } from './answer.ts';
import type { Json, JsonObject } from './json-value.ts';
import type { Template } from './router.ts';
import type { EnvelopeStyle, Switches } from './switches.ts';

/** A vendor page: an endpoint, or the update example of POST key, which differs from its create example. */
export type Page = Template | 'K1 update';

/** How each release's page prints its success. What is not listed is `mensagem`. */
const successStyles: Record<Switches['pages'], Partial<Record<Page, EnvelopeStyle>>> = {
  '4.0': {
    C2: 'short',
    C3: 'short',
    C5: 'Message',
    K1: 'Message',
    K2: 'Message',
    K3: 'Message',
    D5: 'Message',
  },
  '3.32': { C1: 'short', C2: 'short', C3: 'short', K1: 'repeated', K3: 'repeated', K4: 'repeated' },
};

/** Errors: 3.32 repeats the keys on its key pages (and leaves out the space), but not for 1045. */
const errorStyles: Record<Switches['pages'], Partial<Record<Page, EnvelopeStyle>>> = {
  '4.0': {},
  '3.32': { K1: 'repeated', K3: 'repeated', K4: 'repeated' },
};

const pagesWithTenant: readonly Page[] = ['C4', 'D2', 'K2'];

interface Outcome {
  readonly page: Page;
  readonly status: number;
  readonly message: string;
  readonly error: boolean;
}

/** A success answer in the style of its page. `httpStatus` is given where the status line says another number. */
export function successAnswer(
  switches: Switches,
  page: Page,
  status: number,
  message: string,
  payload: JsonObject = {},
  rest: { applied?: boolean; httpStatus?: number; error?: boolean } = {},
): Answer {
  const style = styleOf(switches, successStyles, page);
  const outcome = { page, status, message, error: rest.error ?? false };
  const tenant = pagesWithTenant.includes(page) && switches.tenantName !== null;
  const members: [string, Json][] = tenant ? [['tenant', switches.tenantName]] : [];
  members.push(...Object.entries(payload));
  const body = envelope(style, outcome, members);
  return jsonAnswer(rest.httpStatus ?? status, body, { applied: rest.applied ?? false });
}

/** A numbered business error: HTTP 400, the number in front of the message and in `exception.code`. */
export function numberedAnswer(switches: Switches, page: Page, code: number, text: string): Answer {
  const printedModern = switches.envelope === 'per-endpoint' && code === 1045;
  const style = printedModern ? 'mensagem' : styleOf(switches, errorStyles, page);
  const space = switches.spaceAfterCode === 'per-endpoint' ? style !== 'repeated' : switches.spaceAfterCode;
  const message = `${code}:${space ? ' ' : ''}${text}`;
  const emptyDetail = switches.pages === '3.32' && (page === 'K1' || code === 1045);
  const exception = { code, message, detail: emptyDetail ? '' : null };
  const outcome = { page, status: 400, message, error: true };
  return jsonAnswer(400, envelope(style, outcome, [['exception', exception]]), { code });
}

/** An error without a number, such as HTTP 404 `Resource sub not found`. */
export function unnumberedAnswer(
  switches: Switches,
  page: Page,
  status: number,
  message: string,
  exceptionMessage: string = message,
): Answer {
  const exception = { code: status, message: exceptionMessage, detail: null };
  const outcome = { page, status, message, error: true };
  const style = styleOf(switches, errorStyles, page);
  return jsonAnswer(status, envelope(style, outcome, [['exception', exception]]));
}

/** HTTP 500 as printed for GET key without an id. */
export function unexpectedErrorAnswer(switches: Switches, page: Page): Answer {
  const hint = 'Check the index log system error for more details';
  return unnumberedAnswer(switches, page, 500, 'Unexpected error', hint);
}

/** HTTP 500 although it is permanent: PAM Core is missing among the authorization's resources. */
export function notAuthorizedAnswer(switches: Switches, page: Page): Answer {
  return unnumberedAnswer(switches, page, 500, 'You are not authorized to access this resource.');
}

function styleOf(
  switches: Switches,
  styles: Record<Switches['pages'], Partial<Record<Page, EnvelopeStyle>>>,
  page: Page,
): EnvelopeStyle {
  return switches.envelope === 'per-endpoint'
    ? (styles[switches.pages][page] ?? 'mensagem')
    : switches.envelope;
}

/** Written by hand because one style repeats keys, which no JavaScript object can hold. */
function envelope(style: EnvelopeStyle, outcome: Outcome, members: [string, Json][]): string {
  const top = members.map(([key, value]) => member(key, value));
  const response = `"response":{${responseMembers(style, outcome).join(',')}}`;
  const code = style === 'short' ? [] : [member('code', outcome.status)];
  return `{${[...code, response, ...top].join(',')}}`;
}

function responseMembers(style: EnvelopeStyle, { status, message, error }: Outcome): string[] {
  const code = error ? 1 : 0;
  const text = (key: string): string => member(key, message);
  const flag = (key: string): string => member(key, error);
  if (style === 'short') {
    // The short error has neither detail nor error_code.
    const tail = error ? [] : [member('error_code', code)];
    const detail = error ? [] : [member('detail', '')];
    return [
      member('status', status),
      text('mensagem'),
      flag('erro'),
      ...detail,
      text('message'),
      flag('error'),
      ...tail,
    ];
  }
  const head = [member('status', status), text('message'), flag('error'), member('error_code', code)];
  const second = style === 'repeated' ? ['message', 'error'] : [style, 'erro'];
  const [again = '', alsoError = ''] = second;
  return [...head, member('detail', ''), text(again), flag(alsoError), member('cod_erro', code)];
}

function member(key: string, value: Json): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}
