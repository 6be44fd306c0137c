/** What the sandbox's host does for the guest. */

/**
 * In a sandbox this is one function, and what is called is its first argument, a number: the prelude's bundling writes
 * `host.now()` as `host(8)` (`host-calls.ts`), so each use must be such a call. A string crosses to the host as it is; one
 * that the host gives comes as a C string, cut at its first U+0000, with U+FFFD for a lone surrogate.
 */
export interface Host {
  /** `left`: what is left of the loop budget; `waiting`: promises given to `waitUntil` that are still pending. */
  replyText(call: number, left: number, waiting: number, head: string, body: string): void;
  replyBytes(call: number, left: number, waiting: number, head: string, body: ArrayBuffer): void;
  fail(call: number, left: number, message: string, stack: string): void;
  /** The last promise given to `waitUntil` has settled, after the reply. */
  settled(call: number, left: number): void;
  /** 0 debug, 1 info, 2 warn, 3 error */
  /** @returns 1 where no more of this call's lines are taken */
  log(level: number, text: string): number | undefined;
  /** @throws when too many timers are pending */
  setTimer(delayMs: number): number;
  clearTimer(id: number): void;
  trip(site: number): void;
  /** Coarse milliseconds since the epoch. */
  now(): number;
  /** For Math.random: the engine's own generator would repeat itself from every snapshot. */
  randomNumber(): number;
  /** At most 65,536 bytes. */
  random(byteLength: number): ArrayBuffer;
  encodeUtf8(text: string): ArrayBuffer;
  /** `undefined`: malformed, and `fatal` was asked for; or an unknown label. The text is cut at a zero byte. */
  decodeUtf8(
    bytes: ArrayBuffer,
    byteOffset: number,
    byteLength: number,
    label: string,
    fatal: boolean,
    ignoreBOM: boolean,
  ): string | undefined;
  /** `href protocol username password host hostname port pathname search hash origin`, a line each; `undefined` when invalid. */
  parseUrl(input: string, base: string | undefined): string | undefined;
  /** As {@link parseUrl}; `undefined` when `value` cannot be set. */
  setUrlPart(href: string, part: string, value: string): string | undefined;
  /** application/x-www-form-urlencoded to JSON of a flat array: name, value, … */
  parseQuery(text: string): string;
  /** The reverse of {@link parseQuery}. */
  formatQuery(json: string): string;
  encodeBase64(bytes: ArrayBuffer, byteOffset: number, byteLength: number): string;
  /** Forgiving-base64 decode; `undefined` when it is none. */
  decodeBase64(text: string): ArrayBuffer | undefined;
  uuid(): string;
  /** The namespace of a module of the prelude, which is evaluated if it has not been. */
  load(file: string): unknown;
  /**
   * Begins an operation for a call, or for the running one where that is 0. @returns its number, with which `resume` comes
   * @throws at the top level, for a call that is over, and where too many are pending
   */
  begin(call: number, op: string, json: string, bytes: ArrayBuffer | undefined): number;
  /** As {@link begin}, without an answer. */
  send(call: number, op: string, json: string, bytes: ArrayBuffer | undefined): void;
  /** The head of a reply whose body follows by operations. It waits for one thing at least: the body's end. */
  replyStream(call: number, left: number, waiting: number, head: string): void;
  /**
   * The call is to go on when its client has gone. @returns 0 it is over, 1 its client is there, 2 its client has gone
   * @param listens 1 where it is to hear of it by `gone`, and `forget` is to name it when it is over; else 0
   */
  keep(call: number, listens: number): number;
  /** `flush` is to be called when this stay has nothing more to do. */
  flushLater(): void;
  /** The call on whose behalf the guest runs; 0 at the top level. */
  runningCall(): number;
  /** An operation of cryptography, with nothing kept of it: `webcrypto.ts` of the sandbox's host says which. `!<name> <message>` is an error. */
  subtle(request: string, a?: ArrayBuffer, b?: ArrayBuffer, c?: ArrayBuffer, d?: ArrayBuffer): ArrayBuffer | string | number;
  /** What a service of the host makes of texts: JSON of `{ value }` or `{ error }`. */
  compute(service: string, key: string, args: string): string;
  /** A direction and a format. @returns its number, or 0 at the top level, where none can be opened @throws where too many are open */
  openCodec(name: string): number;
  /** Gives a codec that has taken all input its next, at most 65,536 bytes. */
  feedCodec(codec: number, bytes: ArrayBuffer): void;
  /** Its next output, at most 65,536 bytes, or why there is none: a number of `codecs.ts`. */
  stepCodec(codec: number, atEnd: boolean): ArrayBuffer | number;
  closeCodec(codec: number): void;
}

/** The host of this sandbox; set once, before anything else of the prelude runs. */
export let host: Host;

export function setHost(given: Host): void {
  host = given;
}
