/** A certificate and its key, read from files, and again when these change. What cannot be used leaves the old ones in use. */

import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConfigError } from './config/config.ts';
import type { Logger } from './log.ts';

export interface TlsPair {
  /** In PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** What takes another pair for the connections that come from then on. */
export interface TlsServer {
  setSecureContext(pair: TlsPair): void;
}

export interface TlsFilesParts {
  readonly cert: string;
  readonly key: string;
  readonly log: Logger;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** Looked at, and not watched: what mounts secrets puts links in the place of links. */
const lookMs = 5_000;

export class TlsFiles {
  readonly #parts: TlsFilesParts;
  readonly #servers = new Set<TlsServer>();
  readonly pair: TlsPair;
  #seen: string;
  #isLooking = false;
  readonly #stop: () => void;

  private constructor(parts: TlsFilesParts, pair: TlsPair, seen: string) {
    this.#parts = parts;
    this.pair = pair;
    this.#seen = seen;
    this.#stop = parts.every(lookMs, () => void this.look());
  }

  /** Whoever opens it closes it. @throws ConfigError where the files are no certificate and its key */
  static async open(parts: TlsFilesParts): Promise<TlsFiles> {
    try {
      const seen = await marks(parts);
      return new TlsFiles(parts, await read(parts), seen);
    } catch (error) {
      throw new ConfigError([`--tls-cert and --tls-key: ${(error as Error).message}`]);
    }
  }

  /** From here on it has what the files have. */
  serve(server: TlsServer): void {
    this.#servers.add(server);
  }

  /** Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { log } = this.#parts;
    try {
      const seen = await marks(this.#parts);
      if (seen === this.#seen) return;
      // Once for each change: a bad pair is not told of every few seconds. The two files may not have changed both yet.
      this.#seen = seen;
      const pair = await read(this.#parts);
      for (const server of this.#servers) server.setSecureContext(pair);
      log.info({ cert: this.#parts.cert }, 'the certificate was read again');
    } catch (err) {
      log.error({ err, cert: this.#parts.cert }, 'the certificate or its key cannot be used: the old ones stay');
    } finally {
      this.#isLooking = false;
    }
  }

  close(): void {
    this.#stop();
    this.#servers.clear();
  }
}

/** @throws Error where the two do not belong together */
async function read({ cert: certFile, key: keyFile }: TlsFilesParts): Promise<TlsPair> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  createSecureContext({ cert, key });
  return { cert, key };
}

async function marks({ cert, key }: TlsFilesParts): Promise<string> {
  const all = await Promise.all([stat(cert), stat(key)]);
  return all.map(({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`).join(' ');
}
