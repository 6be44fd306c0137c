/**
 * The lines of plugins as a file of JSON lines, which is followed by others when it is full: `<path>`, `<path>.1`, the older
 * ones counted up. Nothing waits for the disk: what it does not take in time is counted and dropped, and so is what it has no
 * room for.
 */

import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import type { Logger } from '../log.ts';
import { type Entry, viewOf } from './line.ts';

export interface LogFileOptions {
  readonly path: string;
  /** Beyond which no file grows. */
  readonly mostBytes: number;
  /** How many files there are at most, the one that is written included. */
  readonly count: number;
  readonly log: Logger;
  /** Milliseconds of the clock that only goes forward. */
  readonly elapsed: () => number;
  /** What is kept of what the disk has not taken. */
  readonly queueBytes?: number;
}

/** 0600: consoles say what callers sent. */
const mode = 0o600;
/** Never followed where a link stands in its place: whoever may write to the folder would lead the host elsewhere. */
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const defaultQueueBytes = 4 * 1_048_576;
/** Of what is written at a time. */
const batchBytes = 262_144;
/** After a failure the disk is left alone for so long. */
const pauseMs = 5_000;
const newline = 0x0a;

export class LogFile {
  readonly #options: Required<LogFileOptions>;
  #file: FileHandle | undefined;
  /** Of the file that is written. */
  #bytes = 0;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  /** Whether a line of the file may be without its end. */
  #isTorn = false;
  #writing: Promise<void> | undefined;
  #pausedUntil = 0;
  #isClosed = false;

  private constructor(options: LogFileOptions) {
    this.#options = { queueBytes: defaultQueueBytes, ...options };
  }

  /** Whoever opens it closes it. @throws Error where there can be no such file: an operator is to see it at the start */
  static async open(options: LogFileOptions): Promise<LogFile> {
    const file = new LogFile(options);
    await file.#open();
    return file;
  }

  /** Lines that are in no file, and of which no file tells yet. */
  get dropped(): number {
    return this.#dropped;
  }

  readonly write = (plugin: string, entry: Entry): void => {
    if (this.#isClosed || this.#queuedBytes >= this.#options.queueBytes) this.#dropped += 1;
    else this.#push({ plugin, ...viewOf(entry) });
    // Also for one that has no room: the disk may take what waits by now.
    this.#start();
  };

  /** To be called now and then: tries again a disk that has failed, whether or not there are new lines. */
  retry(): void {
    if (this.#queue.length > 0 || this.#dropped > 0) this.#start();
  }

  /** Writes what waits, and closes the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    await this.#drain();
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
  }

  #push(line: object): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
  }

  #start(): void {
    if (this.#isClosed || this.#writing !== undefined || this.#options.elapsed() < this.#pausedUntil) return;
    this.#writing = this.#drain().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    // The rest of the turn's lines go along.
    await new Promise(setImmediate);
    while (this.#queue.length > 0 || this.#dropped > 0) {
      const lost = this.#dropped;
      const head = lost === 0 ? undefined : Buffer.from(`${JSON.stringify({ kind: 'lost', lines: lost })}\n`);
      const lines = this.#nextLines();
      this.#dropped = 0;
      let [isTold, written] = [false, 0];
      try {
        if (this.#file === undefined) await this.#open();
        const length = (head?.length ?? 0) + lines.length;
        if (this.#bytes > 0 && this.#bytes + length > this.#options.mostBytes) await this.#turnOver();
        if (this.#isTorn) await this.#append(Buffer.from('\n'), () => {});
        this.#isTorn = false;
        if (head !== undefined) await this.#append(head, () => {});
        isTold = true;
        await this.#append(lines, (bytes) => {
          written += bytes;
        });
      } catch (err) {
        // A line that is there in part is no line.
        this.#dropped += (isTold ? 0 : lost) + linesIn(lines.subarray(written));
        await this.#failed(err);
        return;
      }
    }
  }

  /** As far as they fit in a file. */
  #nextLines(): Buffer {
    const most = Math.min(batchBytes, this.#options.mostBytes);
    let [count, length] = [0, 0];
    for (const { length: one } of this.#queue) {
      if (count > 0 && length + one > most) break;
      count += 1;
      length += one;
    }
    this.#queuedBytes -= length;
    return Buffer.concat(this.#queue.splice(0, count));
  }

  async #append(bytes: Buffer, told: (bytes: number) => void): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await (this.#file as FileHandle).write(bytes, at);
      at += bytesWritten;
      this.#bytes += bytesWritten;
      told(bytesWritten);
    }
  }

  async #open(): Promise<void> {
    const { path } = this.#options;
    const file = await open(path, flags, mode);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new Error(`${path} is no file`);
      // One that was there before may have been readable for all.
      if ((found.mode & 0o777) !== mode) await file.chmod(mode);
      this.#bytes = found.size;
      // A full disk, or a host that was killed, may have left half a line.
      const last = Buffer.alloc(1);
      if (found.size > 0) await file.read(last, 0, 1, found.size - 1);
      this.#isTorn = found.size > 0 && last[0] !== newline;
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
  }

  /** The file is full: it becomes the first of the older ones, and the oldest goes. */
  async #turnOver(): Promise<void> {
    const { path, count } = this.#options;
    await this.#file?.close();
    this.#file = undefined;
    if (count === 1) await rm(path, { force: true });
    else {
      for (let n = count - 1; n >= 1; n -= 1) {
        const from = n === 1 ? path : `${path}.${n - 1}`;
        if (await exists(from)) await rename(from, `${path}.${n}`);
      }
    }
    await this.#open();
  }

  /** The disk is tried again when the pause is over. */
  async #failed(err: unknown): Promise<void> {
    const { log, elapsed, path } = this.#options;
    log.warn({ err, file: path, dropped: this.#dropped }, 'lines of plugins cannot be written to the file');
    this.#pausedUntil = elapsed() + pauseMs;
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (const byte of bytes) if (byte === newline) lines += 1;
  return lines;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
