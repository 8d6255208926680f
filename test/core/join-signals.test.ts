import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { joinSignals } from '../../src/core/join-signals.ts';

describe('signals joined', () => {
  const fired = AbortSignal.abort();
  const quiet = () => new AbortController().signal;

  it.each([
    { because: 'none has fired', sources: [quiet(), quiet()], aborted: false },
    { because: 'a source that is not there never fires', sources: [undefined], aborted: false },
    { because: 'one had fired before', sources: [quiet(), fired], aborted: true },
  ])('are aborted ($aborted): $because', ({ sources, aborted }) => {
    expect(joinSignals(...sources).signal.aborted).toBe(aborted);
  });

  it('fire with the first of them', () => {
    const sources = [new AbortController(), new AbortController()] as const;
    const { signal } = joinSignals(sources[0].signal, sources[1].signal);
    sources[1].abort();
    expect(signal.aborted).toBe(true);
  });

  it('let go of their sources when they are released', () => {
    const source = new AbortController();
    const { signal, release } = joinSignals(source.signal);
    release();
    expect(getEventListeners(source.signal, 'abort')).toEqual([]);
    source.abort();
    expect(signal.aborted).toBe(false);
  });
});
