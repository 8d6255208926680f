import type { Answer } from './answer.ts';
import type { Authorization } from './authorizations.ts';
import type { Page } from './envelope.ts';
import type { JsonObject } from './json-value.ts';
import type { Switches } from './switches.ts';
import type { Vault } from './vault.ts';

/** What an endpoint sees: an authenticated call to a vault. */
export interface EndpointCall {
  readonly vault: Vault;
  readonly switches: Switches;
  readonly caller: Authorization;
  readonly page: Page;
  readonly body: JsonObject;
  /** The path parameter; never empty. */
  readonly parameter: string;
}

/** Answers synchronously, so that a call is applied as a whole; throws Refusal or UnexpectedError. */
export type Endpoint = (call: EndpointCall) => Answer;
