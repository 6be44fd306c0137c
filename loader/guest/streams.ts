/** The platform's streams: web-streams-polyfill's, in the shape that Web IDL gives them. */

import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
} from 'web-streams-polyfill';
import { apply, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf, uncurry } from './primordials.ts';
import { asInterface } from './webidl.ts';

export {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableByteStreamController,
  ReadableStream,
  ReadableStreamBYOBReader,
  ReadableStreamBYOBRequest,
  ReadableStreamDefaultController,
  ReadableStreamDefaultReader,
  TransformStream,
  TransformStreamDefaultController,
  WritableStream,
  WritableStreamDefaultController,
  WritableStreamDefaultWriter,
};

// From before the standard had `signal`; no platform has it.
delete (WritableStreamDefaultController.prototype as { abortReason?: unknown }).abortReason;

// Its iterators inherit from the language's, which has the method that makes them iterable.
const iteratorPrototype = getPrototypeOf(new ReadableStream().values()) as { [Symbol.asyncIterator]?: unknown };
delete iteratorPrototype[Symbol.asyncIterator];
setPrototypeOf(iteratorPrototype, getPrototypeOf(getPrototypeOf(async function* () {}.prototype) as object));

const lockedOf = uncurry(getOwnPropertyDescriptor(ReadableStream.prototype, 'locked')?.get as (this: unknown) => boolean);

export function isReadableStream(value: unknown): value is ReadableStream {
  try {
    lockedOf(value);
    return true;
  } catch {
    return false;
  }
}

/** The standard's read request: what is to be done with a chunk, and at the end. */
export interface ReadRequest {
  _chunkSteps(chunk: unknown): void;
  _closeSteps(): void;
  _errorSteps(error: unknown): void;
}

interface ReaderInside {
  readonly _ownerReadableStream: {
    _disturbed: boolean;
    readonly _state: 'closed' | 'errored' | 'readable';
    readonly _storedError: unknown;
    readonly _readableStreamController: Record<symbol, (request: ReadRequest) => void>;
  };
}

const pullSteps = (ownKeys(ReadableStreamDefaultController.prototype) as symbol[]).find(
  (key) => typeof key === 'symbol' && key.description === '[[PullSteps]]',
) as symbol;

/** Reads a chunk as the platform itself does: without a promise of an object, which `Object.prototype.then` could change. */
export function readChunk(reader: object, request: ReadRequest): void {
  const stream = (reader as ReaderInside)._ownerReadableStream;
  stream._disturbed = true;
  if (stream._state === 'closed') request._closeSteps();
  else if (stream._state === 'errored') request._errorSteps(stream._storedError);
  else {
    const controller = stream._readableStreamController;
    apply(controller[pullSteps] as (request: ReadRequest) => void, controller, [request]);
  }
}

/** Whether it has ever been read or canceled. */
export const isDisturbed = (stream: ReadableStream): boolean => (stream as unknown as { _disturbed: boolean })._disturbed;

/** Why a stream takes no more, in a box, from the moment that it is aborted or fails. */
export function failureOf(stream: WritableStream): { readonly reason: unknown } | undefined {
  const { _state, _storedError } = stream as unknown as { _state: string; _storedError: unknown };
  return _state === 'erroring' || _state === 'errored' ? { reason: _storedError } : undefined;
}

asInterface(ByteLengthQueuingStrategy, 'ByteLengthQueuingStrategy', 1);
asInterface(CountQueuingStrategy, 'CountQueuingStrategy', 1);
asInterface(ReadableByteStreamController, 'ReadableByteStreamController', 0);
asInterface(ReadableStream, 'ReadableStream', 0);
asInterface(ReadableStreamBYOBReader, 'ReadableStreamBYOBReader', 1);
asInterface(ReadableStreamBYOBRequest, 'ReadableStreamBYOBRequest', 0);
asInterface(ReadableStreamDefaultController, 'ReadableStreamDefaultController', 0);
asInterface(ReadableStreamDefaultReader, 'ReadableStreamDefaultReader', 1);
asInterface(TransformStream, 'TransformStream', 0);
asInterface(TransformStreamDefaultController, 'TransformStreamDefaultController', 0);
asInterface(WritableStream, 'WritableStream', 0);
asInterface(WritableStreamDefaultController, 'WritableStreamDefaultController', 0);
asInterface(WritableStreamDefaultWriter, 'WritableStreamDefaultWriter', 1);
