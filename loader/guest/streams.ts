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
import { getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, uncurry } from './primordials.ts';
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

/** Whether it has ever been read or canceled. */
export const isDisturbed = (stream: ReadableStream): boolean => (stream as unknown as { _disturbed: boolean })._disturbed;

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
