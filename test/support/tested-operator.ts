import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The operator as it stands in this tree. */
export const SOURCES = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/**
 * The program that tests start: the bundle that the image holds where a run has made one (bundle-operator-setup.ts), which
 * starts in a third of the CPU time of the sources.
 */
export const TESTED_OPERATOR = process.env.PAM_OPERATOR_TEST_MAIN ?? SOURCES;

/** Environment under which Node keeps what it has compiled: the second start of a program takes half of the CPU time. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE:
    TESTED_OPERATOR === SOURCES
      ? fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))
      : join(dirname(TESTED_OPERATOR), 'compiled'),
};
