/** wrk: one run, and its figures. */

import { spawnSync } from 'node:child_process';
import { Child } from './child.ts';
import { MissingError } from './missing.ts';

export interface Load {
  readonly connections: number;
  readonly threads: number;
  readonly seconds: number;
  /** A file in Lua. */
  readonly script?: string;
}

export interface WrkResult {
  readonly requests: number;
  readonly requestsPerS: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Replies outside 2xx and 3xx, and connections that failed. */
  readonly errors: number;
}

/** @throws MissingError */
export function wrkVersion(): string {
  // It prints its version with its usage, and then fails.
  const { error, stdout } = spawnSync('wrk', ['--version'], { encoding: 'utf8' });
  if (error !== undefined) throw new MissingError('wrk is not installed: apt-get install wrk');
  return /^wrk (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

export async function runWrk(url: string, load: Load): Promise<WrkResult> {
  await using wrk = startWrk(url, load);
  await wrk.closed;
  return parseWrk(wrk.output);
}

/** The caller's, who gives what it has printed in the end to `parseWrk`. */
export function startWrk(url: string, { connections, threads, seconds, script }: Load): Child {
  const flags = ['-t', String(threads), '-c', String(connections), '-d', `${seconds}s`, '--latency'];
  return new Child('wrk', [...flags, ...(script === undefined ? [] : ['-s', script]), url]);
}

/** @throws Error where a figure is missing */
export function parseWrk(text: string): WrkResult {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`wrk gave no ${pattern.source}:\n${text}`);
    return Number(found);
  };
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  const replies = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  return {
    requests: number(/(\d+) requests in/),
    requestsPerS: number(/Requests\/sec:\s+([\d.]+)/),
    p50Us: latency(text, 50),
    p99Us: latency(text, 99),
    errors: socketErrors.reduce((sum, one) => sum + one, replies),
  };
}

const unitUs: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000 };

function latency(text: string, percentile: number): number {
  const [, value, unit] = new RegExp(`^\\s+${percentile}%\\s+([\\d.]+)(us|ms|s|m) *$`, 'm').exec(text) ?? [];
  const factor = unitUs[unit ?? ''];
  if (value === undefined || factor === undefined) throw new Error(`wrk gave no ${percentile}% latency:\n${text}`);
  return Number(value) * factor;
}
