/** Why a fetch failed, in words that the plugin may read. It becomes a TypeError in the guest: the platform's network error. */

export type EgressCode =
  /** The operator has turned fetch off. */
  | 'off'
  | 'scheme'
  | 'not_granted'
  | 'port'
  | 'not_public'
  | 'own_port'
  | 'unresolved'
  | 'unreachable'
  | 'redirect'
  | 'too_many'
  | 'too_large'
  | 'malformed'
  | 'integrity'
  | 'broken'
  | 'aborted';

/** Match on `code`, never on the text. The text names no address that the plugin did not name itself. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressCode;

  constructor(code: EgressCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
