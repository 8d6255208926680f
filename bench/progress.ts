/** Tells how far the run is: one line that changes on a terminal, else a line every few seconds. Goes to stderr. */
export class Progress {
  readonly #startedAtMs = performance.now();
  readonly #isTerminal = process.stderr.isTTY === true;
  readonly #everyMs = this.#isTerminal ? 200 : 5000;
  #toldAtMs = 0;
  #step = '';

  get seconds(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }

  /** The next step begins. */
  step(text: string): void {
    this.#step = text;
    this.#tell('');
    if (this.#isTerminal) return;
    this.#toldAtMs = performance.now();
  }

  /** How far it is; told now and then only. */
  at(done: number, all: number): void {
    if (performance.now() - this.#toldAtMs < this.#everyMs) return;
    this.#toldAtMs = performance.now();
    this.#tell(` ${done} of ${all}`);
  }

  end(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[2K');
  }

  #tell(detail: string): void {
    const line = `${this.seconds.toFixed(0).padStart(4)} s  ${this.#step}${detail}`;
    process.stderr.write(
      this.#isTerminal ? `\r\x1b[2K${line.slice(0, process.stderr.columns - 1)}` : `${line}\n`,
    );
  }
}
