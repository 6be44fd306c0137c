/** How long an executor's guests have run, by release and probe, until it is told. */

import { cpuClock, type Stay } from '../../loader/sandbox/stay.ts';
import { type GuestTime, mostUsed, type Used } from './wire.ts';

/** Of one release or probe, since it was told last. Whoever runs holds it, so that a stay costs no search. */
export interface GuestAccount {
  /** A release's key; a probe's number below 0. */
  readonly id: number;
  cpuUs: number;
}

/** What is running is told before the next stay when the last report is so old: what an executor's death takes along is no more. */
const dueMs = 500;

export function guestAccount(id: number): GuestAccount {
  return { id, cpuUs: 0 };
}

export class GuestTimes {
  #touched: GuestAccount[] = [];
  #toldAt = performance.now();
  #threadUs = 0;

  add(account: GuestAccount, { cpuUs }: Pick<Stay, 'cpuUs'>): void {
    if (cpuUs === 0) return;
    if (account.cpuUs === 0) this.#touched.push(account);
    account.cpuUs += cpuUs;
  }

  /** The guest is about to run, and not in a call. @returns to be called when it has: gives what it took */
  begin(account: GuestAccount): () => number {
    const cpu = cpuClock();
    return () => {
      const cpuUs = Math.round(cpu() * 1_000);
      this.add(account, { cpuUs });
      return cpuUs;
    };
  }

  /** Whether what has run is to be told before anything else runs. */
  isDue(now: number): boolean {
    return now - this.#toldAt > dueMs;
  }

  /** Those that have run longest first, where there are too many. */
  take(): Pick<Used, 'cpuUs' | 'threadUs' | 'guests' | 'othersUs'> {
    const touched = this.#touched;
    if (touched.length > mostUsed.guests) touched.sort((a, b) => b.cpuUs - a.cpuUs);
    const guests = touched.slice(0, mostUsed.guests).map((one): GuestTime => [one.id, one.cpuUs]);
    const othersUs = touched.slice(mostUsed.guests).reduce((us, one) => us + one.cpuUs, 0);
    for (const one of touched) one.cpuUs = 0;
    this.#touched = [];
    this.#toldAt = performance.now();
    // In this order: asking for the process's brings the thread's clock up to date.
    const cpuUs = sum(process.cpuUsage());
    const threadUs = sum(process.threadCpuUsage());
    const sinceUs = threadUs - this.#threadUs;
    this.#threadUs = threadUs;
    return { cpuUs, threadUs: sinceUs, guests, othersUs };
  }
}

const sum = ({ user, system }: NodeJS.CpuUsage): number => user + system;
