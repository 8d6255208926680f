import { describe, expect, it } from 'vitest';
import { Narrator } from '../../../scripts/demo/narrator.ts';

const ESCAPE = '\u001b';

/** What a terminal would show, and everything that was written to it. */
function terminal(options: { readonly isTTY: boolean; readonly columns?: number }) {
  let written = '';
  const output = {
    ...options,
    write: (text: string) => {
      written += text;
    },
  };
  const shown = () =>
    written
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf(`\r${ESCAPE}[2K`) + 1).replace(`${ESCAPE}[2K`, ''));
  return { narrator: new Narrator(output, 2), written: () => written, shown };
}

describe('the narrator', () => {
  it('numbers the steps, breaks paragraphs and leaves one empty line between parts', () => {
    const { narrator, written } = terminal({ isTTY: false, columns: 20 });
    narrator.step('First');
    narrator.say('Short words that wrap.');
    narrator.command('kubectl get pam');
    narrator.block('A   B\n1   2\n');
    narrator.step('Second');
    expect(written()).toBe(
      '[1/2] First\n  Short words that\n  wrap.\n\n  $ kubectl get pam\n  A   B\n  1   2\n\n[2/2] Second\n',
    );
  });

  it('turns a spinner into a line that says how long it took', async () => {
    const { narrator, written, shown } = terminal({ isTTY: true, columns: 40 });
    await narrator.during('something', async () => narrator.say('progress'));
    expect(written()).toContain(' something … 0.0 s');
    expect(shown()).toEqual(['  progress', expect.stringMatching(/^ {2}\S*✓\S* something \(0\.0 s\)$/), '']);
  });

  it('never lets the spinner reach the end of a line, where it could not be cleared', async () => {
    const { narrator, written } = terminal({ isTTY: true, columns: 20 });
    await narrator.during('a very long description', async () => undefined);
    const spinners = written()
      .split('\n')[0]
      ?.split(`\r${ESCAPE}[2K`)
      .filter((text) => text.includes('a very') && !text.includes('✓'));
    expect(spinners?.map((text) => text.length)).toEqual([19]);
  });

  it('clears the spinner and says nothing good when the work fails', async () => {
    const { narrator, shown } = terminal({ isTTY: true });
    await expect(narrator.during('work', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(shown()).toEqual(['']);
  });

  it('is silent once the story is broken off', async () => {
    const { narrator, written } = terminal({ isTTY: false });
    narrator.silence();
    narrator.say('too late');
    await narrator.during('work', async () => undefined);
    expect(written()).toBe('');
  });
});
