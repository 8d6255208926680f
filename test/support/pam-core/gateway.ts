import { type Answer, jsonAnswer } from './answer.ts';

/** The gateway in front of PAM Core knows no such route; it says the same when Authorization is missing. */
export function noRoute(): Answer {
  return jsonAnswer(404, JSON.stringify({ message: 'no Route matched with those values' }));
}

/** A bad or expired token, or an OAuth 1.0a signature that does not fit. */
export function invalidSignature(status: 401 | 403): Answer {
  return jsonAnswer(status, JSON.stringify({ message: 'Invalid signature' }));
}

/** The token endpoint does not know this client id and secret. */
export function clientAuthenticationFailed(): Answer {
  const message = 'Client authentication failed';
  return jsonAnswer(401, JSON.stringify({ error: 'invalid_client', error_description: message, message }));
}

/** Another grant than client_credentials, in the words of the token endpoint's library. */
export function unsupportedGrant(): Answer {
  const message = 'The authorization grant type is not supported by the authorization server.';
  return jsonAnswer(
    400,
    JSON.stringify({ error: 'unsupported_grant_type', error_description: message, message }),
  );
}
