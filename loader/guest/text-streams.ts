/** TextEncoderStream and TextDecoderStream. */

import type { Transformer } from 'web-streams-polyfill';
import { isBufferSource } from './buffer-source.ts';
import { Bytes, charCodeAt, getOwnPropertyDescriptor, stringSlice, uncurry } from './primordials.ts';
import { TransformStream, TransformStreamDefaultController } from './streams.ts';
import { TextDecoder } from './text.ts';
import { utf8 } from './utf8.ts';
import { asInterface, toText } from './webidl.ts';

type Transform = InstanceType<typeof TransformStream>;
type Controller = TransformStreamDefaultController<unknown>;

// The plugin may patch the methods of those prototypes.
const enqueue = uncurry(TransformStreamDefaultController.prototype.enqueue) as (controller: Controller, chunk: unknown) => void;
const readableOf = uncurry(
  getOwnPropertyDescriptor(TransformStream.prototype, 'readable')?.get as (this: Transform) => Transform['readable'],
);
const writableOf = uncurry(
  getOwnPropertyDescriptor(TransformStream.prototype, 'writable')?.get as (this: Transform) => Transform['writable'],
);
const decode = uncurry(TextDecoder.prototype.decode);

/** @param step what a chunk becomes, and the end, where it is told so; nothing where that is empty */
const transformOf = (step: (chunk: unknown, atEnd: boolean) => { readonly length: number }): Transform => {
  const add = (controller: Controller, item: { readonly length: number }) => {
    if (item.length > 0) enqueue(controller, item);
  };
  return new TransformStream({
    // What a plugin puts on Object.prototype is no member of this dictionary.
    __proto__: null,
    transform: (chunk: unknown, controller: Controller) => add(controller, step(chunk, false)),
    flush: (controller: Controller) => add(controller, step(undefined, true)),
  } as Transformer);
};

export class TextEncoderStream {
  /** The first half of a pair in which a chunk ended. */
  #half = '';
  readonly #transform = transformOf((chunk, atEnd) => this.#encode(chunk, atEnd));

  get encoding(): string {
    this.#half;
    return 'utf-8';
  }

  get readable(): Transform['readable'] {
    return readableOf(this.#transform);
  }

  get writable(): Transform['writable'] {
    return writableOf(this.#transform);
  }

  #encode(chunk: unknown, atEnd: boolean): Uint8Array {
    const text = this.#half + (atEnd ? '' : toText(chunk));
    const last = text === '' ? 0 : charCodeAt(text, text.length - 1);
    const held = !atEnd && last >= 0xd800 && last < 0xdc00 ? 1 : 0;
    this.#half = stringSlice(text, text.length - held);
    return new Bytes(utf8(held === 0 ? text : stringSlice(text, 0, -1)));
  }
}

export class TextDecoderStream {
  readonly #decoder: TextDecoder;
  readonly #transform = transformOf((chunk, atEnd) => this.#decode(chunk, atEnd));

  constructor(label: string = 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean }) {
    this.#decoder = new TextDecoder(label, options);
  }

  get encoding(): string {
    return encodingOf(this.#decoder);
  }

  get fatal(): boolean {
    return fatalOf(this.#decoder);
  }

  get ignoreBOM(): boolean {
    return ignoreBomOf(this.#decoder);
  }

  get readable(): Transform['readable'] {
    return readableOf(this.#transform);
  }

  get writable(): Transform['writable'] {
    return writableOf(this.#transform);
  }

  #decode(chunk: unknown, atEnd: boolean): string {
    if (atEnd) return decode(this.#decoder);
    if (!isBufferSource(chunk)) throw new TypeError('TextDecoderStream takes an ArrayBuffer or a view of one');
    return decode(this.#decoder, chunk, { stream: true });
  }
}

const getterOf = <T>(name: 'encoding' | 'fatal' | 'ignoreBOM'): ((decoder: TextDecoder) => T) =>
  uncurry(getOwnPropertyDescriptor(TextDecoder.prototype, name)?.get as (this: TextDecoder) => T);
const encodingOf = getterOf<string>('encoding');
const fatalOf = getterOf<boolean>('fatal');
const ignoreBomOf = getterOf<boolean>('ignoreBOM');

asInterface(TextDecoderStream, 'TextDecoderStream', 0);
asInterface(TextEncoderStream, 'TextEncoderStream', 0);
