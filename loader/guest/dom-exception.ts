/** DOMException, with the names and the codes of old that Web IDL lists. */

import { hasOwn } from './primordials.ts';
import { asInterface, defineConstants, toText } from './webidl.ts';

const codes: Record<string, number> = {
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  WrongDocumentError: 4,
  InvalidCharacterError: 5,
  NoModificationAllowedError: 7,
  NotFoundError: 8,
  NotSupportedError: 9,
  InUseAttributeError: 10,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidNodeTypeError: 24,
  DataCloneError: 25,
};

const constants: Record<string, number> = {
  INDEX_SIZE_ERR: 1,
  DOMSTRING_SIZE_ERR: 2,
  HIERARCHY_REQUEST_ERR: 3,
  WRONG_DOCUMENT_ERR: 4,
  INVALID_CHARACTER_ERR: 5,
  NO_DATA_ALLOWED_ERR: 6,
  NO_MODIFICATION_ALLOWED_ERR: 7,
  NOT_FOUND_ERR: 8,
  NOT_SUPPORTED_ERR: 9,
  INUSE_ATTRIBUTE_ERR: 10,
  INVALID_STATE_ERR: 11,
  SYNTAX_ERR: 12,
  INVALID_MODIFICATION_ERR: 13,
  NAMESPACE_ERR: 14,
  INVALID_ACCESS_ERR: 15,
  VALIDATION_ERR: 16,
  TYPE_MISMATCH_ERR: 17,
  SECURITY_ERR: 18,
  NETWORK_ERR: 19,
  ABORT_ERR: 20,
  URL_MISMATCH_ERR: 21,
  QUOTA_EXCEEDED_ERR: 22,
  TIMEOUT_ERR: 23,
  INVALID_NODE_TYPE_ERR: 24,
  DATA_CLONE_ERR: 25,
};

export let isDomException: (value: unknown) => value is DOMException;

export class DOMException extends Error {
  readonly #name: string;
  readonly #message: string;

  constructor(message: string = '', nameOrOptions: string | { name?: string; cause?: unknown } = 'Error') {
    // The native constructor gives the object its stack; the message stays on the prototype, as Web IDL has it.
    super();
    this.#message = toText(message);
    if (typeof nameOrOptions === 'object' && nameOrOptions !== null) {
      this.#name = nameOrOptions.name === undefined ? 'Error' : toText(nameOrOptions.name);
      if ('cause' in nameOrOptions)
        Object.defineProperty(this, 'cause', { value: nameOrOptions.cause, writable: true, configurable: true });
    } else {
      this.#name = toText(nameOrOptions);
    }
  }

  // @ts-expect-error lib has own properties here, where the platform has getters
  get name(): string {
    return this.#name;
  }

  // @ts-expect-error the same
  get message(): string {
    return this.#message;
  }

  get code(): number {
    return hasOwn(codes, this.#name) ? (codes[this.#name] as number) : 0;
  }

  static {
    isDomException = (value): value is DOMException => typeof value === 'object' && value !== null && #name in value;
  }
}

defineConstants(DOMException, constants);
asInterface(DOMException, 'DOMException', 0);
