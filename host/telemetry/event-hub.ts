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

/** What a reader wants, and who it is. */
export interface EventRequest {
  /** Whose token it has. */
  readonly actor: string;
  /** All where there is none. */
  readonly types: ReadonlySet<string> | undefined;
  /** Of the last event that it has got. */
  readonly lastId: string | undefined;
}

export interface EventHubParts {
  readonly elapsed: Clock['elapsed'];
  /** Tells this life of the host's from others: its events are counted from 1. */
  readonly life: string;
  readonly mostReaders?: number;
  /** Of whoever has one token. */
  readonly mostOfActor?: number;
}

/** Remembered. */
const mostEvents = 512;
const mostRememberedBytes = 1_048_576;
/** Of one reader. */
const mostWaitingBytes = 262_144;
/** So long after it was last written to, a reader is told that the connection lives: proxies end silent ones. */
const silentMs = 15_000;
const defaultReaders = 64;
const defaultOfActor = 32;
/** A reader for whom something has waited for all of that time is gone, or as good as. */
const stallMs = 30_000;
/** After that a reader has to ask anew, with a token that is valid then. */
const ageMs = 900_000;
const busyRetryS = 10;

interface Remembered {
  readonly number: number;
  readonly type: string;
  readonly text: string;
}

interface Reader {
  readonly sink: EventSink;
  readonly actor: string;
  readonly types: ReadonlySet<string> | undefined;
  readonly openedAt: number;
  writtenAt: number;
  /** Since when something waits for it; `undefined` where nothing does. */
  waitsSince: number | undefined;
}

export class EventHub {
  readonly #parts: EventHubParts;
  readonly #most: number;
  readonly #mostOfActor: number;
  readonly #readers = new Set<Reader>();
  readonly #past: Remembered[] = [];
  /** The number of the last event of each type that is not remembered any more. */
  readonly #gone = new Map<string, number>();
  #pastBytes = 0;
  #last = 0;
  #isClosed = false;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
    this.#most = parts.mostReaders ?? defaultReaders;
    this.#mostOfActor = parts.mostOfActor ?? defaultOfActor;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** What happened: whoever comes back is told of it, too. */
  emit(type: string, data: object): void {
    this.#last += 1;
    const text = `id: ${this.#parts.life}-${this.#last}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#past.push({ number: this.#last, type, text });
    this.#pastBytes += text.length;
    while (this.#past.length > mostEvents || this.#pastBytes > mostRememberedBytes) {
      const first = this.#past.shift() as Remembered;
      this.#pastBytes -= first.text.length;
      this.#gone.set(first.type, first.number);
    }
    this.#tell(type, text);
  }

  /** How things are: of no use to anyone a moment later. */
  show(type: string, data: () => object): void {
    if (this.#readers.size > 0) this.#tell(type, `event: ${type}\ndata: ${JSON.stringify(data())}\n\n`);
  }

  /** To be called every second: keeps silent connections alive, and ends those that nobody reads or that are old. */
  beat(): void {
    const now = this.#parts.elapsed();
    for (const reader of this.#readers) {
      if (reader.sink.waitingBytes === 0) reader.waitsSince = undefined;
      else reader.waitsSince ??= now;
      if (reader.waitsSince !== undefined && now - reader.waitsSince >= stallMs) {
        this.#readers.delete(reader);
        reader.sink.cut();
      } else if (now - reader.openedAt >= ageMs) {
        this.#readers.delete(reader);
        reader.sink.write(`event: end\ndata: ${JSON.stringify({ why: 'renew' })}\n\n`);
        reader.sink.end();
      } else if (now - reader.writtenAt >= silentMs) this.#write(reader, ':\n\n');
    }
  }

  /**
   * Whether another may read. @throws NboxError `too_many_readers`, `stopping`
   */
  check(actor: string): void {
    if (this.#isClosed) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
    const own = [...this.#readers].filter((one) => one.actor === actor).length;
    if (this.#readers.size < this.#most && own < this.#mostOfActor) return;
    const detail =
      own >= this.#mostOfActor ? `${this.#mostOfActor} read events with this token already` : `${this.#most} read events already`;
    throw new NboxError('too_many_readers', { detail, retryAfterS: busyRetryS });
  }

  /**
   * What came after the last event that the reader has got is told first, or, where that is not known any more, that something is missing.
   * @returns what ends it; the sink's owner calls it when the connection is gone
   * @throws NboxError as `check`
   */
  read(sink: EventSink, { actor, types, lastId }: EventRequest): () => void {
    this.check(actor);
    const now = this.#parts.elapsed();
    const reader: Reader = { sink, actor, types, openedAt: now, writtenAt: now, waitsSince: undefined };
    this.#readers.add(reader);
    // In one write: half a megabyte of what is missed must not look like a slow reader.
    this.#write(reader, `retry: 2000\n\n${lastId === undefined ? '' : this.#missed(lastId, types)}`);
    return () => void this.#readers.delete(reader);
  }

  close(): void {
    this.#isClosed = true;
    for (const { sink } of this.#readers) sink.end();
    this.#readers.clear();
  }

  #missed(lastId: string, types: Reader['types']): string {
    const { life } = this.#parts;
    const number = lastId.startsWith(`${life}-`) ? Number(lastId.slice(life.length + 1)) : Number.NaN;
    const first = this.#past[0]?.number ?? this.#last + 1;
    // Whoever wants some types only has an id as old as the last of these: others that are gone since it has not missed.
    let goneOf = 0;
    for (const type of types ?? this.#gone.keys()) goneOf = Math.max(goneOf, this.#gone.get(type) ?? 0);
    const isKnown = Number.isInteger(number) && number >= goneOf && number <= this.#last;
    const gap = isKnown
      ? ''
      : `id: ${life}-${first - 1}\nevent: gap\ndata: ${JSON.stringify({ reason: 'what came meanwhile is not known' })}\n\n`;
    const missed = this.#past.filter((one) => (!isKnown || one.number > number) && (types === undefined || types.has(one.type)));
    return gap + missed.map(({ text }) => text).join('');
  }

  #tell(type: string, text: string): void {
    for (const reader of this.#readers) {
      if (reader.types !== undefined && !reader.types.has(type)) continue;
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
