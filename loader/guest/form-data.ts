/** FormData: a flat list of names and values, each a text or a File. */

import type { Blob, Entries, File } from './blob.ts';
import { addBodyKind } from './body.ts';
import { part } from './lazy.ts';
import { type IteratorKind, pairIterator } from './pair-iterator.ts';
import { defineProperty, push, splice } from './primordials.ts';
import { asInterface, internal, requireArguments, toUsv } from './webidl.ts';

const blobPart = () => part<typeof import('./blob.ts')>('blob.ts');
const writer = () => part<typeof import('./multipart-writer.ts')>('multipart-writer.ts');

type FormDataEntryValue = File | string;

const iterate = pairIterator('FormData Iterator');

export let entriesIn: (form: FormData) => Entries;
let isFormData: (value: unknown) => value is FormData;

/** @param count how many arguments there were: three are the form of a file */
function toEntry(value: unknown, filename: unknown, count: number, what: string): FormDataEntryValue {
  // No value that is no object is a Blob, so its part is not needed for a text.
  if (typeof value === 'object' && value !== null && blobPart().isBlob(value)) {
    return blobPart().asFile(value, filename === undefined ? undefined : toUsv(filename));
  }
  if (count > 2) throw new TypeError(what + ' takes a file name only with a Blob');
  return toUsv(value);
}

export class FormData {
  readonly #entries: Entries;

  constructor(form?: undefined, submitter?: undefined, entries?: Entries) {
    if ((form as unknown) === internal) {
      this.#entries = entries as Entries;
      return;
    }
    if (form !== undefined) throw new TypeError('There are no form elements here: FormData takes no arguments');
    if (submitter !== undefined && submitter !== null) throw new TypeError('There are no form elements here: FormData takes no arguments');
    this.#entries = [];
  }

  append(name: string, value: string | Blob, filename?: string): void {
    requireArguments(arguments.length, 2, 'FormData.append');
    const entries = this.#entries;
    const text = toUsv(name);
    push(entries, text, toEntry(value, filename, arguments.length, 'FormData.append'));
  }

  delete(name: string): void {
    requireArguments(arguments.length, 1, 'FormData.delete');
    removeFrom(this.#entries, toUsv(name), 0);
  }

  get(name: string): FormDataEntryValue | null {
    requireArguments(arguments.length, 1, 'FormData.get');
    const entries = this.#entries;
    const at = find(entries, toUsv(name));
    return at === -1 ? null : (entries[at + 1] as FormDataEntryValue);
  }

  getAll(name: string): FormDataEntryValue[] {
    requireArguments(arguments.length, 1, 'FormData.getAll');
    const entries = this.#entries;
    const text = toUsv(name);
    const values: FormDataEntryValue[] = [];
    for (let at = 0; at < entries.length; at += 2) if (entries[at] === text) push(values, entries[at + 1] as FormDataEntryValue);
    return values;
  }

  has(name: string): boolean {
    requireArguments(arguments.length, 1, 'FormData.has');
    return find(this.#entries, toUsv(name)) !== -1;
  }

  set(name: string, value: string | Blob, filename?: string): void {
    requireArguments(arguments.length, 2, 'FormData.set');
    const entries = this.#entries;
    const text = toUsv(name);
    const entry = toEntry(value, filename, arguments.length, 'FormData.set');
    const at = find(entries, text);
    if (at === -1) push(entries, text, entry);
    else {
      entries[at + 1] = entry;
      removeFrom(entries, text, at + 2);
    }
  }

  forEach(callback: (value: FormDataEntryValue, key: string, parent: FormData) => void, thisArg?: unknown): void {
    requireArguments(arguments.length, 1, 'FormData.forEach');
    const entries = this.#entries;
    if (typeof callback !== 'function') throw new TypeError('FormData.forEach needs a function');
    for (let at = 0; at < entries.length; at += 2) {
      callback.call(thisArg, entries[at + 1] as FormDataEntryValue, entries[at] as string, this);
    }
  }

  entries(): IteratorObject<[string, FormDataEntryValue], undefined> {
    return this.#iterate('entries');
  }

  keys(): IteratorObject<string, undefined> {
    return this.#iterate('keys');
  }

  values(): IteratorObject<FormDataEntryValue, undefined> {
    return this.#iterate('values');
  }

  declare [Symbol.iterator]: () => IteratorObject<[string, FormDataEntryValue], undefined>;

  #iterate<T>(kind: IteratorKind): IteratorObject<T, undefined> {
    const entries = this.#entries;
    return iterate(() => entries, kind);
  }

  static {
    entriesIn = (form) => form.#entries;
    isFormData = (value): value is FormData => typeof value === 'object' && value !== null && #entries in value;
  }
}

export const formFrom = (entries: Entries): FormData => new FormData(internal as never, undefined, entries);

function find(entries: Entries, name: string): number {
  for (let at = 0; at < entries.length; at += 2) if (entries[at] === name) return at;
  return -1;
}

/** Moves what stays to the front, and so takes time by the length only. */
function removeFrom(entries: Entries, name: string, from: number): void {
  let to = from;
  for (let at = from; at < entries.length; at += 2) {
    if (entries[at] === name) continue;
    entries[to] = entries[at] as string;
    entries[to + 1] = entries[at + 1] as FormDataEntryValue;
    to += 2;
  }
  splice(entries, to, entries.length - to);
}

defineProperty(FormData.prototype, Symbol.iterator, { value: FormData.prototype.entries, writable: true, configurable: true });

asInterface(FormData, 'FormData', 0, { append: 2, set: 2, forEach: 1 });

addBodyKind((value) => (isFormData(value) ? writer().formBody(entriesIn(value)) : undefined));
