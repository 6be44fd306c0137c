/**
 * Server-sent events to any number of readers, within bounds: what is remembered for those who come back, how many read, and
 * what waits for one that does not. Whoever is too slow is cut off, and may come back with the last event's id.
 */

import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';

/** A reader's connection. */
export interface EventSink {
  write(text: string): void;
  /** Bytes that were written and that it has not taken. */
  readonly waitingBytes: number;
  end(): void;
  cut(): void;
}

export interface EventHubParts {
  readonly elapsed: Clock['elapsed'];
  /** Tells this life of the host's from others: its events are counted from 1. */
  readonly life: string;
  readonly mostReaders?: number;
}

/** Remembered. */
const mostEvents = 512;
const mostRememberedBytes = 1_048_576;
/** Of one reader. */
const mostWaitingBytes = 262_144;
/** So long after it was last written to, a reader is told that the connection lives: proxies end silent ones. */
const silentMs = 15_000;
const defaultReaders = 64;
const busyRetryS = 10;

interface Remembered {
  readonly number: number;
  readonly type: string;
  /** The one that it is of; what is of none is everybody's. */
  readonly plugin: string | undefined;
  readonly text: string;
}

/** What a reader wants, and may be told of. */
type Wanted = (type: string, plugin: string | undefined) => boolean;

interface Reader {
  readonly sink: EventSink;
  readonly wants: Wanted;
  writtenAt: number;
}

export class EventHub {
  readonly #parts: EventHubParts;
  readonly #most: number;
  readonly #readers = new Set<Reader>();
  readonly #past: Remembered[] = [];
  #pastBytes = 0;
  #last = 0;
  #isClosed = false;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
    this.#most = parts.mostReaders ?? defaultReaders;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** What happened: whoever comes back is told of it, too. */
  emit(type: string, data: Readonly<Record<string, unknown>>): void {
    this.#last += 1;
    const text = `id: ${this.#parts.life}-${this.#last}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    const plugin = typeof data['plugin'] === 'string' ? data['plugin'] : undefined;
    this.#past.push({ number: this.#last, type, plugin, text });
    this.#pastBytes += text.length;
    while (this.#past.length > mostEvents || this.#pastBytes > mostRememberedBytes) {
      this.#pastBytes -= (this.#past.shift() as Remembered).text.length;
    }
    this.#tell(type, plugin, text);
  }

  /** How things are: of no use to anyone a moment later. */
  show(type: string, data: () => object): void {
    if (this.#readers.size > 0) this.#tell(type, undefined, `event: ${type}\ndata: ${JSON.stringify(data())}\n\n`);
  }

  /** To be called now and then: keeps silent connections alive. */
  beat(): void {
    const now = this.#parts.elapsed();
    for (const reader of this.#readers) if (now - reader.writtenAt >= silentMs) this.#write(reader, ':\n\n');
  }

  /**
   * Whether another may read. @throws NboxError `too_many_readers`, `stopping`
   */
  check(): void {
    if (this.#isClosed) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
    if (this.#readers.size < this.#most) return;
    throw new NboxError('too_many_readers', { detail: `${this.#most} read events already`, retryAfterS: busyRetryS });
  }

  /**
   * @param types that are wanted; all where there is none
   * @param lastId of the last event that the reader has got; what came after it is told first, or, where that is not known any
   * more, that something is missing
   * @param isVisible whether the reader may be told of a plugin
   * @returns what ends it; the sink's owner calls it when the connection is gone
   * @throws NboxError as `check`
   */
  read(
    sink: EventSink,
    types: ReadonlySet<string> | undefined,
    lastId: string | undefined,
    isVisible: (plugin: string) => boolean = () => true,
  ): () => void {
    this.check();
    const wants: Wanted = (type, plugin) => types?.has(type) !== false && (plugin === undefined || isVisible(plugin));
    const reader: Reader = { sink, wants, writtenAt: this.#parts.elapsed() };
    this.#readers.add(reader);
    // In one write: half a megabyte of what is missed must not look like a slow reader.
    this.#write(reader, `retry: 2000\n\n${lastId === undefined ? '' : this.#missed(lastId, wants)}`);
    return () => void this.#readers.delete(reader);
  }

  close(): void {
    this.#isClosed = true;
    for (const { sink } of this.#readers) sink.end();
    this.#readers.clear();
  }

  #missed(lastId: string, wants: Wanted): string {
    const { life } = this.#parts;
    const number = lastId.startsWith(`${life}-`) ? Number(lastId.slice(life.length + 1)) : Number.NaN;
    const first = this.#past[0]?.number ?? this.#last + 1;
    const isKnown = Number.isInteger(number) && number >= first - 1 && number <= this.#last;
    const gap = isKnown
      ? ''
      : `id: ${life}-${first - 1}\nevent: gap\ndata: ${JSON.stringify({ reason: 'what came meanwhile is not known' })}\n\n`;
    const missed = this.#past.filter((one) => (!isKnown || one.number > number) && wants(one.type, one.plugin));
    return gap + missed.map(({ text }) => text).join('');
  }

  #tell(type: string, plugin: string | undefined, text: string): void {
    for (const reader of this.#readers) {
      if (!reader.wants(type, plugin)) continue;
      if (reader.sink.waitingBytes > mostWaitingBytes) {
        this.#readers.delete(reader);
        reader.sink.cut();
      } else this.#write(reader, text);
    }
  }

  #write(reader: Reader, text: string): void {
    reader.writtenAt = this.#parts.elapsed();
    reader.sink.write(text);
  }
}
