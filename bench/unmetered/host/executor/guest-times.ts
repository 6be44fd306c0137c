/** In place of an executor's account of its guests: nothing is added up, and nothing told. */

import type * as own from '../../../../host/executor/guest-times.ts';

export const guestAccount: typeof own.guestAccount = (id) => ({ id, cpuUs: 0 });

export class GuestTimes implements Pick<own.GuestTimes, keyof own.GuestTimes> {
  add(): void {}

  begin(): () => number {
    return () => 0;
  }

  isDue(): boolean {
    return false;
  }

  take(): ReturnType<own.GuestTimes['take']> {
    return { cpuUs: 0, threadUs: 0, guests: [], othersUs: 0 };
  }
}
