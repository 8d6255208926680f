import { inject } from 'vitest';

/** From here on the operator of every stage runs in a container, with the account of a Helm release. */
process.env.PAM_OPERATOR_TEST_IMAGE = inject('unpackedImage');
process.env.PAM_OPERATOR_TEST_HELM = inject('helm');
