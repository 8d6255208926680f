import { styleText } from 'node:util';
import { wrapText } from './wrap-text.ts';

const WIDTH = 100;
const INDENT = '  ';
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
/** In milliseconds. */
const FRAME_INTERVAL = 100;
/** Without a terminal there is no spinner; who reads the log learns this often that nothing is stuck. */
const REMINDER_INTERVAL = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

/** Where the story is told: a terminal, a pipe, a log of CI. */
export interface NarratorOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Prints the story: numbered steps, short paragraphs, commands with what they print, and how long things took. */
export class Narrator {
  readonly #output: NarratorOutput;
  readonly #steps: number;
  #step = 0;
  #waitingFor: { readonly what: string; readonly startedAt: number } | undefined;
  #frame = 0;
  #isSilent = false;
  /** Whether the last line is empty: two in a row would tear the text apart. */
  #atGap = true;

  constructor(output: NarratorOutput, steps: number) {
    this.#output = output;
    this.#steps = steps;
  }

  heading(text: string): void {
    this.gap();
    this.#print(`${this.#style('bold', text)}\n`);
  }

  /** The next step; they number themselves. */
  step(title: string): void {
    this.#step += 1;
    this.heading(`[${this.#step}/${this.#steps}] ${title}`);
  }

  say(text: string): void {
    const width = Math.min(this.#output.columns ?? WIDTH, WIDTH) - INDENT.length;
    for (const line of wrapText(text, width)) this.#print(`${INDENT}${line}\n`);
  }

  /** A command that the demo runs, as a user would type it. */
  command(line: string): void {
    this.gap();
    this.#print(`${INDENT}${this.#style('cyan', `$ ${line}`)}\n`);
  }

  /** Command lines for the user, without a prompt so that they can be copied. */
  toCopy(...lines: readonly string[]): void {
    for (const line of lines) this.#print(`${INDENT}${INDENT}${this.#style('cyan', line)}\n`);
    this.gap();
  }

  /** Lines as they are, such as what a command printed. */
  block(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.#print(`${INDENT}${line}\n`);
    this.gap();
  }

  /** An empty line, unless there is one already. */
  gap(): void {
    if (!this.#atGap) this.#print('\n');
    this.#atGap = true;
  }

  done(text: string): void {
    this.#print(`${INDENT}${this.#style('green', '✓')} ${text}\n`);
  }

  /** Shows that something goes on until `work` ends, then that it is done and how long it took. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.#waitingFor = { what, startedAt };
    const timer = setInterval(
      () => this.#remind(),
      this.#output.isTTY === true ? FRAME_INTERVAL : REMINDER_INTERVAL,
    );
    this.#draw();
    try {
      const result = await work();
      this.#endWaiting(timer);
      this.done(`${what} (${seconds(startedAt)} s)`);
      return result;
    } finally {
      this.#endWaiting(timer);
    }
  }

  /** Prints nothing more: the story has been broken off. */
  silence(): void {
    this.#endWaiting(undefined);
    this.#isSilent = true;
  }

  #endWaiting(timer: NodeJS.Timeout | undefined): void {
    clearInterval(timer);
    if (this.#waitingFor !== undefined && this.#output.isTTY === true) this.#write(CLEAR_LINE);
    this.#waitingFor = undefined;
  }

  #remind(): void {
    if (this.#waitingFor === undefined) return;
    const { what, startedAt } = this.#waitingFor;
    if (this.#output.isTTY === true) this.#draw();
    else this.#write(`${INDENT}… ${what}: ${seconds(startedAt)} s so far\n`);
  }

  #draw(): void {
    if (this.#waitingFor === undefined || this.#output.isTTY !== true) return;
    const { what, startedAt } = this.#waitingFor;
    this.#frame = (this.#frame + 1) % FRAMES.length;
    const line = `${INDENT}${FRAMES[this.#frame]} ${what} … ${seconds(startedAt)} s`;
    // A line that wraps could not be cleared again.
    this.#write(`${CLEAR_LINE}${line.slice(0, (this.#output.columns ?? WIDTH) - 1)}`);
  }

  #print(text: string): void {
    if (this.#waitingFor !== undefined && this.#output.isTTY === true) this.#write(CLEAR_LINE);
    this.#write(text);
    this.#atGap = false;
    this.#draw();
  }

  #write(text: string): void {
    if (!this.#isSilent) this.#output.write(text);
  }

  #style(format: 'bold' | 'cyan' | 'green', text: string): string {
    const isPlain = this.#output.isTTY !== true || (process.env.NO_COLOR ?? '') !== '';
    return isPlain ? text : styleText(format, text, { validateStream: false });
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
