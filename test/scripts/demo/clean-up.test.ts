import { expect, it } from 'vitest';
import { CleanUp } from '../../../scripts/demo/clean-up.ts';

it('stops everything once, the last one first, also when one cannot be stopped', async () => {
  const stopped: string[] = [];
  const cleanUp = new CleanUp();
  const stop = (name: string) => async () => stopped.push(name);
  cleanUp.add(stop('control plane'));
  cleanUp.add(() => Promise.reject(new Error('no')));
  cleanUp.add(stop('operator'));
  await cleanUp.run();
  await cleanUp.run();
  expect(stopped).toEqual(['operator', 'control plane']);
});
