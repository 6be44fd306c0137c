/**
 * How long an executor's guests have run, by release and probe, until it is told. A short stay is told in time that has passed,
 * of which the processor had its part; a long one in CPU time, since that was asked for anyway. The host makes CPU time of both
 * (`host/meter/attribution/guest-shares.ts`).
 */

import { cpuClock, type Stay } from '../../loader/sandbox/stay.ts';
import type { GuestTime, Used } from './wire.ts';

/** Of one release or probe, since it was told last. Whoever runs holds it, so that a stay costs no search. */
export interface GuestAccount {
  /** A release's key; a probe's number below 0. */
  readonly id: number;
  shortUs: number;
  longUs: number;
}

/** What is running is told before the next stay when the last report is so old: what an executor's death takes along is no more. */
const dueMs = 250;
/** In one report; what all others had is told as one number. */
export const mostGuests = 4_096;

export function guestAccount(id: number): GuestAccount {
  return { id, shortUs: 0, longUs: 0 };
}

export class GuestTimes {
  #touched: GuestAccount[] = [];
  #longWallUs = 0;
  #toldAt = performance.now();
  #threadUs = 0;
  #activeMs = 0;

  add(account: GuestAccount, { cpuUs, longWallUs }: Pick<Stay, 'cpuUs' | 'longWallUs'>): void {
    if (account.shortUs === 0 && account.longUs === 0) this.#touched.push(account);
    if (longWallUs === undefined) account.shortUs += cpuUs;
    else {
      account.longUs += cpuUs;
      this.#longWallUs += longWallUs;
    }
  }

  /** The guest is about to run, and not in a call. @returns to be called when it has */
  begin(account: GuestAccount): () => void {
    const began = performance.now();
    const cpu = cpuClock();
    return () => this.add(account, { cpuUs: Math.round(cpu() * 1_000), longWallUs: Math.round((performance.now() - began) * 1_000) });
  }

  /** Whether what has run is to be told before anything else runs. */
  isDue(now: number): boolean {
    return now - this.#toldAt > dueMs;
  }

  /** Those that have run longest first, where there are too many. */
  take(): Pick<Used, 'cpuUs' | 'threadUs' | 'activeUs' | 'longWallUs' | 'guests' | 'others'> {
    const touched = this.#touched;
    if (touched.length > mostGuests) touched.sort((a, b) => b.shortUs + b.longUs - a.shortUs - a.longUs);
    const guests = touched.slice(0, mostGuests).map((one): GuestTime => [one.id, one.shortUs, one.longUs]);
    const others = { shortUs: 0, longUs: 0 };
    for (const { shortUs, longUs } of touched.slice(mostGuests)) {
      others.shortUs += shortUs;
      others.longUs += longUs;
    }
    for (const one of touched) one.shortUs = one.longUs = 0;
    this.#touched = [];
    const longWallUs = this.#longWallUs;
    this.#longWallUs = 0;
    this.#toldAt = performance.now();
    // In this order: asking for the process's brings the thread's clock up to date.
    const cpuUs = sum(process.cpuUsage());
    const threadUs = sum(process.threadCpuUsage());
    const activeMs = performance.eventLoopUtilization().active;
    const since = { threadUs: threadUs - this.#threadUs, activeUs: Math.round((activeMs - this.#activeMs) * 1_000) };
    this.#threadUs = threadUs;
    this.#activeMs = activeMs;
    return { cpuUs, ...since, longWallUs, guests, others };
  }
}

const sum = ({ user, system }: NodeJS.CpuUsage): number => user + system;
