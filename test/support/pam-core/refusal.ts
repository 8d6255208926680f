/**
 * PAM Core's numbered errors (HTTP 400). The same number means different things by endpoint, so a refusal
 * may bring its own text: 1017 is "Key inactive", and in 3.32 also "Credential inactive" and
 * "Credential is already active".
 */
const texts = {
  1004: "The device's hostname was not informed",
  1005: "The device's IP was not informed",
  1007: 'Credential not found',
  1008: 'Credential inactive',
  1009: 'No access to credential',
  1010: 'The item is not a credential',
  1011: 'Device not found',
  1013: 'The public key was not informed',
  1014: 'The private key was not informed',
  1015: 'SSH key not found',
  1016: 'The item is not a ssh key',
  1017: 'Key inactive',
  1018: 'The credential is not in the user custody',
  1019: "The device's site was not informed",
  1020: "The device's model was not informed",
  1021: "The device's vendor was not informed",
  1022: "The device's type was not informed",
  1029: 'It is not possible to enter a domain that has not been previously registered',
  1039: 'Without PAM Configuration Access permission',
  1042: 'Invalid username',
  1043: 'Credential is already activated!',
  1044: 'Device is already activated',
  1045: 'Ssh key is already activated',
  1046: 'Plugin not informed',
  1047: 'Template plugin not informed',
  1052: 'A credential with the same hostname and device was found',
  1053: 'The identifier can only contain letters, numbers, "_" and "-".',
} as const;

export type RefusalCode = keyof typeof texts;

/** The vendor's text for a number; undefined for numbers that PAM Core's pages do not list. */
export function refusalText(code: number): string | undefined {
  return Object.hasOwn(texts, code) ? texts[code as RefusalCode] : undefined;
}

/** A business error with its number; the dispatcher turns it into the envelope. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  readonly text: string;

  constructor(code: RefusalCode, text: string = texts[code]) {
    super(text);
    this.code = code;
    this.text = text;
  }
}

/** HTTP 500 `Unexpected error`, which PAM Core also gives for some values it cannot handle. */
export class UnexpectedError extends Error {
  override readonly name = 'UnexpectedError';
}
