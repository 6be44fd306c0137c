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
  readonly tokenId: string;
  /** All where there is none. */
  readonly types: ReadonlySet<string> | undefined;
  /** Of the last event that it has got. */
  readonly lastId: string | undefined;
  /** Whether it may be told of a plugin, or of the scope of a budget; of all where there is none. */
  readonly isVisible?: (id: string) => boolean;
}

export interface EventHubParts {
  readonly elapsed: Clock['elapsed'];
  /** Tells this life of the host's from others: its events are counted from 1. */
  readonly life: string;
  readonly mostReaders?: number;
  /** Of whoever has one token. */
  readonly mostOfToken?: number;
}

/** Remembered. */
const mostEvents = 512;
const mostRememberedBytes = 1_048_576;
/** Of one reader. */
const mostWaitingBytes = 262_144;
/** So long after it was last written to, a reader is told that the connection lives: proxies end silent ones. */
const silentMs = 15_000;
const defaultReaders = 64;
const defaultOfToken = 32;
/** A reader for whom something has waited for all of that time is gone, or as good as. */
const stallMs = 30_000;
/** After that a reader has to ask anew, with a token that is valid then. */
const ageMs = 900_000;
const busyRetryS = 10;

interface Remembered {
  readonly number: number;
  readonly type: string;
  /** The plugin that it is of, or the scope of the budget; what is of none is everybody's. */
  readonly id: string | undefined;
  readonly text: string;
}

/** What a reader wants, and may be told of. */
type Wanted = (type: string, id: string | undefined) => boolean;

interface Reader {
  readonly sink: EventSink;
  readonly tokenId: string;
  readonly wants: Wanted;
  readonly openedAt: number;
  writtenAt: number;
  /** Since when something waits for it; `undefined` where nothing does. */
  waitsSince: number | undefined;
}

export class EventHub {
  readonly #parts: EventHubParts;
  readonly #most: number;
  readonly #mostOfToken: number;
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
    this.#mostOfToken = parts.mostOfToken ?? defaultOfToken;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** What happened: whoever comes back is told of it, too. */
  emit(type: string, data: Readonly<Record<string, unknown>>): void {
    this.#last += 1;
    const text = `id: ${this.#parts.life}-${this.#last}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    const of = data['plugin'] ?? data['scope'];
    const id = typeof of === 'string' ? of : undefined;
    this.#past.push({ number: this.#last, type, id, text });
    this.#pastBytes += text.length;
    while (this.#past.length > mostEvents || this.#pastBytes > mostRememberedBytes) {
      const first = this.#past.shift() as Remembered;
      this.#pastBytes -= first.text.length;
      this.#gone.set(first.type, first.number);
    }
    this.#tell(type, id, text);
  }

  /** How things are: of no use to anyone a moment later. */
  show(type: string, data: () => object): void {
    if (this.#readers.size > 0) this.#tell(type, undefined, `event: ${type}\ndata: ${JSON.stringify(data())}\n\n`);
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
  check(tokenId: string): void {
    if (this.#isClosed) throw new NboxError('stopping', { detail: 'The host is stopping', retryAfterS: 5 });
    const own = [...this.#readers].filter((one) => one.tokenId === tokenId).length;
    if (this.#readers.size < this.#most && own < this.#mostOfToken) return;
    const detail =
      own >= this.#mostOfToken ? `${this.#mostOfToken} read events with this token already` : `${this.#most} read events already`;
    throw new NboxError('too_many_readers', { detail, retryAfterS: busyRetryS });
  }

  /**
   * What came after the last event that the reader has got is told first, or, where that is not known any more, that something is missing.
   * @returns what ends it; the sink's owner calls it when the connection is gone
   * @throws NboxError as `check`
   */
  read(sink: EventSink, { tokenId, types, lastId, isVisible = () => true }: EventRequest): () => void {
    this.check(tokenId);
    const now = this.#parts.elapsed();
    const wants: Wanted = (type, id) => types?.has(type) !== false && (id === undefined || isVisible(id));
    const reader: Reader = { sink, tokenId, wants, openedAt: now, writtenAt: now, waitsSince: undefined };
    this.#readers.add(reader);
    // In one write: half a megabyte of what is missed must not look like a slow reader.
    this.#write(reader, `retry: 2000\n\n${lastId === undefined ? '' : this.#missed(lastId, types, wants)}`);
    return () => void this.#readers.delete(reader);
  }

  close(): void {
    this.#isClosed = true;
    for (const { sink } of this.#readers) sink.end();
    this.#readers.clear();
  }

  #missed(lastId: string, types: EventRequest['types'], wants: Wanted): string {
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
    const missed = this.#past.filter((one) => (!isKnown || one.number > number) && wants(one.type, one.id));
    return gap + missed.map(({ text }) => text).join('');
  }

  #tell(type: string, id: string | undefined, text: string): void {
    for (const reader of this.#readers) {
      if (!reader.wants(type, id)) continue;
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
