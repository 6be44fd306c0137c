/** What went wrong on the way to a server, in words that a plugin may read: codes, and no text or address of the host's own. */

import { errors } from 'undici';
import { EgressError } from '../../guards/egress-error.ts';

const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not to be trusted',
  EAI_AGAIN: 'its name cannot be resolved now',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  ENOTFOUND: 'its name does not exist',
  EPIPE: 'the connection was closed',
  EPROTO: 'it does not speak TLS as it should',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ETIMEDOUT: 'the connection took too long',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not to be trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not to be trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not to be trusted',
  UND_ERR_BODY_TIMEOUT: 'it stopped sending',
  UND_ERR_CONNECT_TIMEOUT: 'the connection took too long',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its response are too large',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its body is not as long as it said',
  UND_ERR_SOCKET: 'the connection was closed',
};

/** @param what ends as a sentence would: "a.example failed" */
export function failureOf(error: unknown, what: string): EgressError {
  if (error instanceof EgressError) return error;
  // A lookup's refusal comes wrapped where several addresses were tried.
  const inner = error instanceof AggregateError ? error.errors[0] : undefined;
  if (inner instanceof EgressError) return inner;
  const code = codeOf(error) ?? codeOf(inner);
  const unresolved = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  const reason = error instanceof errors.HTTPParserError ? 'its response is not HTTP' : code && (reasons[code] ?? code);
  return new EgressError(unresolved ? 'unresolved' : 'unreachable', reason === undefined ? what : `${what}: ${reason}`, error);
}

/** Whether a request without a body may be sent once more: the server had closed a connection that was kept for it. */
export const isStale = (error: unknown): boolean => ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}
