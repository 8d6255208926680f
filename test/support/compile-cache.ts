import { fileURLToPath } from 'node:url';

/** Environment under which Node keeps what it has compiled: the second start of a program takes half of the CPU time. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url)),
};
